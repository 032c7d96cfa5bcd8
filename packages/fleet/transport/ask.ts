import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { fail } from '#tool/errors.js';
import { type Json, parseJson } from '#tool/json.js';

/**
 * Asks the member that listens at a socket (see `serveControl`).
 *
 * @throws DvmError `not-running` (exit 69) nobody listens there; `refused` (exit 64) with what it says
 */
export async function ask(socketPath: string, method: 'GET' | 'POST', path: string, body?: unknown): Promise<Json> {
  let text = '';
  for await (const line of lines(socketPath, method, path, body)) text += line;
  const value = parseJson(text, `answer of the member at "${socketPath}"`);
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && typeof value.error === 'string')
    throw fail('usage', 'refused', `the member says: ${value.error}`);
  return value;
}

/** The lines of an answer, as they come. */
export async function* lines(socketPath: string, method: 'GET' | 'POST', path: string, body?: unknown): AsyncGenerator<string> {
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    const sent = request({ socketPath, method, path }, resolve);
    sent.on('error', (e) => reject(fail('unavailable', 'not-running', `no member listens at "${socketPath}": ${e.message}`)));
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
  yield* createInterface({ input: response });
}
