import { Agent, request } from 'node:https';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { bounded } from '#tool/bounded.js';
import { fail } from '#tool/errors.js';
import { parseJson } from '#tool/json.js';
import type { Destination } from '../member/state.js';
import type { Answer, Request } from '../member/wire.js';
import { answerOf } from '../member/wire-types.js';
import { type Credentials, peerName, tlsOptions } from './identity.js';
import { largestMessage } from './server.js';

/** Sends messages to nodes over connections that are kept open. */
export class Client {
  readonly #agent: Agent;

  constructor(credentials: Credentials) {
    this.#agent = new Agent({
      ...tlsOptions(credentials),
      keepAlive: true,
      maxSockets: 4,
      maxFreeSockets: 1,
      timeout: 60_000,
      // a resumed session would not look at certificates again
      maxCachedSessions: 0,
    });
  }

  /**
   * The answer, and who gave it: the node that the certificate names, which must be the one meant, if one is.
   * Rejects after `timeout` ms, when the connection is refused or breaks, and when the answer is none.
   */
  call(to: Destination, message: Request, timeout: number): Promise<{ from: string; answer: Answer }> {
    const at = endpointOf(to.address);
    const text = JSON.stringify(message);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const checkServerIdentity = (_: string, certificate: PeerCertificate): Error | undefined =>
      mismatch(to, peerName(certificate));
    return new Promise((resolve, reject) => {
      const sent = request({
        agent: this.#agent,
        host: at.host,
        port: at.port,
        method: 'POST',
        path: '/member',
        headers,
        // a name of its own for each node, so that a kept connection is only used for whom it was made
        servername: to.node ?? '',
        checkServerIdentity,
        signal: AbortSignal.timeout(timeout),
      });
      sent.on('error', reject);
      sent.on('response', async (response) => {
        try {
          const from = peerName((response.socket as TLSSocket).getPeerCertificate());
          if (response.statusCode !== 200 || from === undefined) throw new Error(`status ${response.statusCode}`);
          resolve({ from, answer: answerOf(parseJson(await bounded(response, largestMessage, 'answer'), 'answer')) });
        } catch (e) {
          sent.destroy();
          reject(e);
        }
      });
      sent.end(text);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function mismatch({ node, address }: Destination, found: string | undefined): Error | undefined {
  if (found === undefined) return new Error(`${address} has a certificate without a name`);
  return node === undefined || node === found ? undefined : new Error(`${address} is "${found}", not "${node}"`);
}

/**
 * HOST:PORT or [IPv6]:PORT.
 *
 * @throws DvmError `bad-address` (exit 64)
 */
export function endpointOf(address: string): { host: string; port: number } {
  const [, v6, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/@[\]]+)):([0-9]{1,5})$/.exec(address) ?? [];
  const host = v6 ?? plain;
  const port = Number(digits);
  if (host === undefined || !(port >= 1 && port <= 65_535))
    throw fail('usage', 'bad-address', `"${address}" is not an address`, { hint: 'HOST:PORT, or [IPv6]:PORT' });
  return { host, port };
}
