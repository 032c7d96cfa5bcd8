import { constants } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { bounded } from '#tool/bounded.js';
import { DvmError, fail } from '#tool/errors.js';
import { parseJson } from '#tool/json.js';
import type { Answer, Request } from '../member/wire.js';
import { requestOf } from '../member/wire-types.js';
import { type Credentials, peerName, tlsOptions } from './identity.js';
import { RateLimit } from './rate-limit.js';

export interface Endpoint {
  host: string;
  port: number;
}

/** Largest message: the whole state of ten thousand nodes. */
export const largestMessage = 8 << 20;

export interface ServerEvents {
  /** A node, by its certificate, says something; `answer` is called once, now or later. */
  request(from: string, message: Request, answer: (message: Answer) => void): void;
  /** Somebody was turned away; told once for each peer and reason. */
  refused(peer: string, reason: string): void;
}

/**
 * Takes messages from nodes of the fleet: POST /member, JSON, mutual TLS. Nobody gets further than the handshake without a
 * certificate of the fleet's CA that is in date and not revoked.
 *
 * @throws DvmError `cannot-listen` (exit 69)
 */
export async function listen(at: Endpoint, credentials: Credentials, events: ServerEvents): Promise<Server> {
  const limit = new RateLimit(200, 400);
  const refused = once(events.refused);
  const server = createServer(
    { ...tlsOptions(credentials), requestCert: true, secureOptions: constants.SSL_OP_NO_TICKET },
    (request, response) => {
      const from = peerName((request.socket as TLSSocket).getPeerCertificate());
      if (from === undefined) return refuse(response, 403, 'a certificate without a name');
      if (!limit.take(from, performance.now())) return refuse(response, 429, 'too many messages', from);
      take(request).then(
        (message) => events.request(from, message, (answer) => send(response, answer)),
        (e: unknown) => refuse(response, 400, e instanceof DvmError ? e.message : 'a broken message', from),
      );
    },
  );
  function refuse(response: ServerResponse, status: number, reason: string, peer = addressOf(response.socket)): void {
    refused(peer, reason);
    response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end(reason);
  }
  server.on('tlsClientError', (e, socket) => refused(addressOf(socket), `no handshake: ${'code' in e ? e.code : e.message}`));
  server.on('clientError', (_, socket) => socket.destroy());
  server.keepAliveTimeout = 60_000;
  server.requestTimeout = 10_000;
  server.maxHeadersCount = 32;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (e) =>
      reject(fail('unavailable', 'cannot-listen', `cannot listen at ${at.host}:${at.port}: ${e.message}`)),
    );
    server.listen(at.port, at.host, resolve);
  });
  return server;
}

async function take(request: IncomingMessage): Promise<Request> {
  if (request.method !== 'POST' || request.url !== '/member') throw fail('badInput', 'bad-message', 'not POST /member');
  return requestOf(parseJson(await bounded(request, largestMessage, 'message'), 'message'));
}

function send(response: ServerResponse, answer: Answer): void {
  const text = JSON.stringify(answer);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
}

function addressOf(socket: { remoteAddress?: string | undefined } | null): string {
  return socket?.remoteAddress ?? 'unknown';
}

/** Each peer's reason once: an attacker must not be able to fill the log. */
function once(tell: ServerEvents['refused']): ServerEvents['refused'] {
  const told = new Set<string>();
  return (peer, reason) => {
    const key = `${peer} ${reason}`;
    if (told.has(key) || told.size >= 1000) return;
    told.add(key);
    tell(peer, reason);
  };
}
