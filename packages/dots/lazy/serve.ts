import { lstatSync, rmSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { fail } from '#tool/errors.js';
import type { SessionOptions } from '../registry/session.js';
import type { Remote } from '../transfer/content.js';
import { CommitReader } from './commit-reader.js';
import { serveConnection } from './nbd-connection.js';

export interface ServeOptions extends SessionOptions {
  /** Told of each read that failed, after all attempts: the client was answered with an I/O error. */
  failed?: ((error: unknown) => void) | undefined;
}

/** A commit that is being served. */
export interface ServedCommit {
  /** Bytes of the volume. */
  readonly size: number;
  /** Ends connections too, and removes the socket. */
  close(): Promise<void>;
}

/**
 * Serves a commit of a registry as a read-only block device by NBD, on a socket that only root reaches, for nbd-client or any
 * other client: `nbd-client -unix SOCKET /dev/nbd0`. Its name there is the commit's id, or none. What is read is fetched then,
 * and verified; nothing is fetched twice while it is kept.
 *
 * @throws DvmError `no-remote-commit` (exit 80), `no-socket`, `not-a-socket` (exit 73), those of `Registry`
 */
export async function serveCommit(
  remote: Remote,
  commit: string,
  socketPath: string,
  options: ServeOptions = {},
): Promise<ServedCommit> {
  const reader = await CommitReader.open(remote, commit, options);
  const read = async (offset: number, length: number): Promise<Buffer> => {
    try {
      return await reader.read(offset, length);
    } catch (e) {
      options.failed?.(e);
      throw e;
    }
  };
  const sockets = new Set<Socket>();
  const served = { size: reader.size, names: ['', commit], read };
  const server = await listen(socketPath, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    void serveConnection(socket, served);
  }).catch((e: unknown) => {
    reader.close();
    throw e;
  });
  return {
    size: reader.size,
    close: async () => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      for (const socket of sockets) socket.destroy();
      await closed;
      reader.close();
      rmSync(socketPath, { force: true });
    },
  };
}

async function listen(path: string, connected: (socket: Socket) => void): Promise<Server> {
  const { createServer } = require('node:net') as typeof import('node:net');
  const known = lstatSync(path, { throwIfNoEntry: false });
  if (known && !known.isSocket()) throw fail('cannotCreate', 'not-a-socket', `"${path}" is there, and is no socket`);
  rmSync(path, { force: true });
  const server = createServer(connected);
  await new Promise<void>((done, failed) => {
    server.on('error', failed);
    const mask = process.umask(0o177); // from its first instant nobody else can connect
    try {
      server.listen({ path }, done);
    } finally {
      process.umask(mask);
    }
  }).catch((e: Error) => {
    throw fail('cannotCreate', 'no-socket', `nothing can listen on "${path}": ${e.message}`, { cause: e });
  });
  return server;
}
