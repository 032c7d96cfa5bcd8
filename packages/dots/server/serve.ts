import type { Log } from '#daemon/log.js';
import { signalled } from '#daemon/signals.js';
import { type ServerOptions, startServer } from './run.js';

/** Serves until SIGTERM or SIGINT; yields one document once everything listens. */
export async function* serve(options: ServerOptions, log: Log): AsyncGenerator<object> {
  const told = signalled(['SIGTERM', 'SIGINT']);
  const { server, stop } = await startServer(options, log);
  const { socket, tcp } = options;
  log('info', 'started', { server, socket, port: tcp?.port });
  try {
    yield { kind: 'dot-server-ready', version: 1, pid: process.pid, server, socket, port: tcp?.port ?? null };
  } finally {
    log('info', 'stopping', { signal: await told });
    await stop();
    log('info', 'stopped');
  }
}
