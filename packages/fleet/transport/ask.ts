import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { bounded } from '#tool/bounded.js';
import { type DvmError, type ExitName, exitCodes, fail } from '#tool/errors.js';
import { type Json, parseJson } from '#tool/json.js';

/**
 * Asks the daemon that listens at a socket, such as a running `member` (see `serveControl`).
 *
 * @throws DvmError `not-running` (exit 69) nobody listens there; `refused` (exit 64) with what it says, or the error that it tells
 */
export async function ask(
  socketPath: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Json> {
  let text = '';
  for await (const line of lines(socketPath, method, path, body, signal)) text += line;
  const value = parseJson(text, `answer from "${socketPath}"`);
  if (isObject(value) && value.error !== undefined) throw refusal(value);
  return value;
}

function refusal(answer: Json): DvmError {
  const error = isObject(answer) ? (answer.error ?? null) : answer;
  if (!isObject(error)) return fail('usage', 'refused', `it says: ${String(error)}`);
  const { exit, code, message, hint } = error;
  const known = typeof exit === 'string' && exit in exitCodes ? (exit as ExitName) : 'internal';
  return fail(known, String(code), String(message), typeof hint === 'string' ? { hint } : {});
}

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The lines of an answer, as they come; `signal` ends it with an error. */
export async function* lines(
  socketPath: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const input = await send(socketPath, method, path, body, signal);
  input.on('error', () => {}); // the reader of lines ends where its input does
  yield* createInterface({ input });
}

/** The bytes of an answer, as they come. @throws DvmError what the daemon tells instead */
export async function* bytesFrom(socketPath: string, path: string): AsyncGenerator<Buffer> {
  const response = await send(socketPath, 'GET', path);
  if (response.statusCode === 200) yield* response as AsyncIterable<Buffer>;
  else throw refusal(parseJson(await bounded(response, 65_536, 'answer'), `answer from "${socketPath}"`));
}

function send(
  socketPath: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path, ...(signal && { signal }) }, resolve);
    sent.on('error', (e) => reject(fail('unavailable', 'not-running', `nobody listens at "${socketPath}": ${e.message}`)));
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
