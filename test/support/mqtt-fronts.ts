import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttps } from 'node:https';
import { connect, createServer, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { freePort } from './dvs.js';
import type { Issued } from './test-ca.js';

/** What stands before the broker; ended by `close`. */
export interface Front {
  port: number;
  /** Versions of MQTT that clients asked for, in order. */
  versions: number[];
  close(): void;
}

/** Lets MQTT through as it comes over WebSockets, as a reverse proxy before a broker does; with a certificate, over TLS. */
export async function webSocketFront(brokerPort: number, certificate?: Issued): Promise<Front> {
  const port = await freePort();
  const server = certificate
    ? createHttps({ cert: readFileSync(certificate.cert), key: readFileSync(certificate.key) })
    : (await import('node:http')).createServer();
  const front: Front = { port, versions: [], close: () => {} };
  const sockets = new WebSocketServer({ server, handleProtocols: (offered) => offered.has('mqtt') && 'mqtt' });
  sockets.on('connection', (socket) => {
    const client = createWebSocketStream(socket);
    const broker = connect(brokerPort, '127.0.0.1');
    firstBytes(client, (packet) => {
      front.versions.push(versionOf(packet));
      broker.write(packet);
      client.pipe(broker);
    });
    client.on('error', () => broker.destroy());
    broker.on('error', () => socket.terminate()).pipe(client);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  front.close = () => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  };
  return front;
}

/** A broker of before 2018: refuses MQTT 5 as the standard asks of it, and is Debian's broker to all else. */
export async function oldBrokerFront(brokerPort: number): Promise<Front> {
  const port = await freePort();
  const open = new Set<Socket>();
  const front: Front = { port, versions: [], close: () => {} };
  const server = createServer((client) => {
    open.add(client.on('error', () => {}));
    firstBytes(client, (packet) => {
      const version = versionOf(packet);
      front.versions.push(version);
      if (version > 4) client.end(unacceptableVersion);
      else open.add(passOn(client, packet, brokerPort));
    });
  }).listen(port, '127.0.0.1');
  front.close = () => {
    for (const socket of open) socket.destroy();
    server.close();
  };
  await once(server, 'listening');
  return front;
}

/** CONNACK with return code 1: MQTT 3.1.1, 3.2.2.3. */
const unacceptableVersion = Buffer.from([0x20, 2, 0, 1]);

function passOn(client: Socket, first: Buffer, brokerPort: number): Socket {
  const broker = connect(brokerPort, '127.0.0.1').on('error', () => client.destroy());
  broker.write(first);
  client.pipe(broker).pipe(client);
  return broker;
}

/** Enough to see what a client wants: clients send their first packet in pieces. */
function firstBytes(stream: Readable, then: (bytes: Buffer) => void): void {
  let bytes = Buffer.alloc(0);
  const take = (piece: Buffer) => {
    bytes = Buffer.concat([bytes, piece]);
    if (bytes.length < 12) return;
    stream.off('data', take).pause();
    then(bytes);
  };
  stream.on('data', take);
}

/** CONNECT: type, remaining length (one to four bytes), `MQTT` with its length, then the level. */
function versionOf(packet: Buffer): number {
  let at = 1;
  while ((packet[at] ?? 0) & 0x80) at++;
  return packet[at + 7] ?? 0;
}
