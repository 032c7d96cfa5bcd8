import { request } from 'node:http';
import { bounded } from '#tool/bounded.js';
import { fail } from '#tool/errors.js';
import { type Json, parseJson } from '#tool/json.js';

/** Milliseconds that one call may take: a dot is made, a file system checked and mounted in it. */
const patience = 300_000;

/**
 * Calls a method of the dot server at a socket.
 *
 * @throws DvmError `no-server` (exit 69) nobody listens there, or what it says is no answer; `refused` (exit 64), with what it says
 */
export async function callServer(socketPath: string, method: string, params: Json): Promise<Json> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: `DotmeshRPC.${method}`, params });
  const text = await post(socketPath, '/rpc', body);
  const value = parseJson(text, 'answer of the dot server');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw noServer(socketPath, 'its answer is no object');
  const { error, result = null } = value;
  if (typeof error === 'object' && error !== null && !Array.isArray(error))
    throw fail('usage', 'refused', `the dot server says: ${String(error.message)}`, {
      details: { method, code: error.code ?? null },
    });
  return result;
}

/** Whether a server answers there that can do its work. */
export async function isServing(socketPath: string): Promise<boolean> {
  try {
    return (await post(socketPath, '/healthz', undefined)).toString() === 'ok\n';
  } catch {
    return false;
  }
}

function post(socketPath: string, path: string, body: string | undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const failed = (e: Error) => reject(noServer(socketPath, e.message, e));
    const message = request(
      {
        ...{ socketPath, path, method: body === undefined ? 'GET' : 'POST', signal: AbortSignal.timeout(patience), agent: false },
        headers: body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (response) => void bounded(response, 1 << 26, 'answer of the dot server').then(resolve, failed),
    );
    message.on('error', failed);
    message.end(body);
  });
}

function noServer(socketPath: string, why: string, cause?: unknown) {
  return fail('unavailable', 'no-server', `no dot server answers at "${socketPath}": ${why}`, { cause });
}
