import { lstatSync, rmSync } from 'node:fs';
import type { RequestListener, Server } from 'node:http';
import { dirname } from 'node:path';
import { makeDirectories } from '#tool/directories.js';
import { fail } from '#tool/errors.js';

/** PEM files' contents. */
export interface ServerTls {
  cert: Buffer;
  key: Buffer;
}

/**
 * Serves HTTP on the path of a socket, for root alone, or on `HOST:PORT`. A socket that a killed service left is replaced.
 *
 * @param tls HTTPS with this certificate
 * @returns ends it
 * @throws DvmError `not-a-socket`, `no-socket` (exit 73)
 */
export async function listenOn(address: string, handle: RequestListener, tls?: ServerTls): Promise<() => Promise<void>> {
  const server = await serverFor(handle, tls);
  const path = address.startsWith('/') ? address : undefined;
  if (path !== undefined) clearPath(path);
  await new Promise<void>((done, failed) => {
    server.on('error', failed);
    const mask = process.umask(0o177); // before it is there: from its first instant nobody else can connect
    try {
      server.listen(path === undefined ? portOf(address) : { path }, done);
    } finally {
      process.umask(mask);
    }
  }).catch((e: Error) => {
    throw fail('cannotCreate', 'no-socket', `nothing can listen on "${address}": ${e.message}`, { cause: e });
  });
  return async () => {
    server.closeAllConnections();
    await new Promise<void>((done) => server.close(() => done()));
    if (path !== undefined) rmSync(path, { force: true });
  };
}

async function serverFor(handle: RequestListener, tls: ServerTls | undefined): Promise<Server> {
  const limits = { requestTimeout: 30_000 };
  if (!tls) return (await import('node:http')).createServer(limits, handle);
  return (await import('node:https')).createServer({ ...limits, ...tls, minVersion: 'TLSv1.2' }, handle);
}

function portOf(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/[[\]]/g, ''), port: Number(address.slice(colon + 1)) };
}

function clearPath(path: string): void {
  makeDirectories(dirname(path), 0o755);
  const known = lstatSync(path, { throwIfNoEntry: false });
  if (known && !known.isSocket()) throw fail('cannotCreate', 'not-a-socket', `"${path}" is there, and is no socket`);
  rmSync(path, { force: true });
}
