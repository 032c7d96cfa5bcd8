import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import type { Endpoint } from './endpoint.js';

/** PEM files' contents. With `cert` and `key` this client shows a certificate. */
export interface TlsOptions {
  ca: Buffer;
  cert?: Buffer | undefined;
  key?: Buffer | undefined;
}

export interface Sent {
  path: string;
  body: string;
  headers: Readonly<Record<string, string>>;
  signal: AbortSignal;
}

/** No answer came. `sent`: the request may have got through, and have been done. */
export class NoAnswer extends Error {
  constructor(
    readonly sent: boolean,
    cause: Error,
  ) {
    super(cause.message, { cause });
  }
}

/** Posts JSON over connections that are kept open. */
export class Transport {
  readonly #plain = new Agent({ keepAlive: true, maxFreeSockets: 2 });
  readonly #tls: TlsAgent;

  constructor(tls?: TlsOptions) {
    this.#tls = new TlsAgent({ ...tls, keepAlive: true, maxFreeSockets: 2, minVersion: 'TLSv1.2' });
  }

  /** @throws NoAnswer */
  post(endpoint: Endpoint, { path, body, headers, signal }: Sent): Promise<IncomingMessage> {
    const tls = 'tls' in endpoint && endpoint.tls;
    const to = 'socketPath' in endpoint ? { socketPath: endpoint.socketPath } : { host: endpoint.host, port: endpoint.port };
    const length = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const options: RequestOptions = { ...to, method: 'POST', path, headers: { ...headers, ...length }, signal };
    return new Promise((resolve, reject) => {
      let sent = false;
      const message = tls ? tlsRequest({ ...options, agent: this.#tls }) : request({ ...options, agent: this.#plain });
      message.on('socket', (socket) => {
        socket.setKeepAlive(true, 5000); // a watch on a machine that is gone would wait for ever
        if (!socket.connecting) sent = true;
        else
          socket.once(tls ? 'secureConnect' : 'connect', () => {
            sent = true;
          });
      });
      message.on('error', (e) => reject(new NoAnswer(sent, e)));
      message.on('response', resolve);
      message.end(body);
    });
  }

  close(): void {
    this.#plain.destroy();
    this.#tls.destroy();
  }
}

/** The lines of a stream, whole; one that is longer than `most` bytes ends it with an error. */
export async function* linesOf(stream: AsyncIterable<unknown>, most: number): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    let rest = chunk as Buffer;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      yield Buffer.concat([...parts, rest.subarray(0, end)]).toString();
      rest = rest.subarray(end + 1);
      [parts, length] = [[], 0];
    }
    parts.push(rest);
    length += rest.length;
    if (length > most) throw new Error(`a line is longer than ${most} bytes`);
  }
}
