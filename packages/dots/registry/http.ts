import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { fail } from '#tool/errors.js';

export interface Ask {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  url: URL;
  headers?: Record<string, string> | undefined;
  body?: Buffer | undefined;
  /** Bytes that the answer may have. */
  most: number;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Where it came from, redirections followed. */
  url: URL;
}

/** Milliseconds. */
export interface Timeouts {
  /** Until a connection is there, TLS included. */
  connect: number;
  /** Between two pieces of what is sent or received. */
  idle: number;
}

export interface WireOptions {
  /** PEM of an authority beside the usual ones. */
  ca?: Buffer | undefined;
  timeouts: Timeouts;
  /** Connections at once. */
  connections: number;
  signal?: AbortSignal | undefined;
}

/** Bytes of what is said of an error. */
const mostWords = 1 << 20;

/** Connections that are kept open, by HTTP and HTTPS. */
export class Wire {
  readonly #options: WireOptions;
  readonly #http = require('node:http') as typeof import('node:http');
  readonly #https = require('node:https') as typeof import('node:https');
  readonly #plain: import('node:http').Agent;
  readonly #tls: import('node:https').Agent;

  constructor(options: WireOptions) {
    this.#options = options;
    if (options.signal) (require('node:events') as typeof import('node:events')).setMaxListeners(0, options.signal);
    const kept = { keepAlive: true, maxSockets: options.connections, maxFreeSockets: options.connections };
    this.#plain = new this.#http.Agent(kept);
    this.#tls = new this.#https.Agent({ ...kept, ...authorities(options.ca) });
  }

  /**
   * One request and its whole answer.
   *
   * @throws DvmError `timed-out`, `cut` (exit 74), `too-long` (exit 65); what Node says of network and TLS
   */
  exchange(ask: Ask): Promise<Answer> {
    const { method, url, body, headers = {} } = ask;
    const secure = url.protocol === 'https:';
    const length = body || method === 'POST' || method === 'PUT' ? { 'content-length': String(body?.length ?? 0) } : {};
    const options = {
      ...{ method, agent: secure ? this.#tls : this.#plain, headers: { ...headers, ...length } },
      ...(this.#options.signal && { signal: this.#options.signal }),
    };
    return new Promise((resolve, reject) => {
      const sent = (secure ? this.#https : this.#http).request(url, options);
      let answered = false;
      limitTimes(sent, url, this.#options.timeouts);
      sent.on('error', (e) => {
        if (!answered) reject(e); // an answer may come before all was sent, and the connection be closed then
      });
      sent.on('response', (response) => {
        answered = true;
        whole(response, ask).then(
          (content) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: content, url }),
          (e) => {
            sent.destroy();
            reject(e);
          },
        );
      });
      sent.end(body);
    });
  }

  close(): void {
    this.#plain.destroy();
    this.#tls.destroy();
  }
}

/** Node's `ca` takes the place of the usual authorities, so they are named too. */
function authorities(ca: Buffer | undefined): { ca?: (string | Buffer)[] } {
  if (ca === undefined) return {};
  const { rootCertificates } = require('node:tls') as typeof import('node:tls');
  return { ca: [...rootCertificates, ca] };
}

function limitTimes(sent: ClientRequest, url: URL, { connect, idle }: Timeouts): void {
  const late = (what: string): void =>
    void sent.destroy(fail('io', 'timed-out', `"${url.host}" ${what}`, { hint: 'is it up, and the network?' }));
  const timer = setTimeout(late, connect, `took no connection within ${connect / 1000} s`);
  const there = (): void => clearTimeout(timer);
  sent.on('socket', (socket) => {
    if (socket.connecting) socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', there);
    else there();
  });
  sent.on('close', there);
  sent.setTimeout(idle, () => late(`was silent for ${idle / 1000} s`));
}

async function whole(response: IncomingMessage, { method, url, ...ask }: Ask): Promise<Buffer> {
  const most = (response.statusCode ?? 0) < 300 ? ask.most : mostWords;
  const told = Number(response.headers['content-length'] ?? Number.NaN);
  if (method !== 'HEAD' && told > most) throw tooLong(url, most);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > most) throw tooLong(url, most);
      chunks.push(chunk);
    }
  } catch (e) {
    if (e instanceof Error && 'code' in e && (e.code === 'ECONNRESET' || e.code === 'ERR_STREAM_PREMATURE_CLOSE'))
      throw fail('io', 'cut', `"${url.host}" ended the connection in the middle of an answer`, { cause: e });
    throw e;
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length);
}

function tooLong(url: URL, most: number) {
  return fail('badInput', 'too-long', `"${url.host}" answers with more than ${most} bytes`);
}
