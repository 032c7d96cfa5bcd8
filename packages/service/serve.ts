import { brokerUrl } from './broker/url.js';
import type { Settings } from './config.js';
import { type Daemon, startDaemon } from './daemon.js';
import type { Log } from './log.js';

/**
 * Runs the service until SIGTERM or SIGINT. What it yields, once everything is listening, is for whoever started it; that
 * nobody reads it is no reason to end.
 *
 * @throws DvmError those of `startDaemon`, `bad-broker` (exit 78)
 */
export async function* serve(settings: Settings, log: Log): AsyncGenerator<object> {
  const node = settings.topics.NODE_NAME;
  const brokers = settings.brokers.map(brokerUrl);
  const daemon = await startDaemon(settings, log);
  log('info', 'started', { node, volumes: daemon.world.volumes.size });
  const told = signalled(['SIGTERM', 'SIGINT']);
  try {
    yield { kind: 'dvs-ready', version: 1, pid: process.pid, node, brokers };
  } finally {
    await end(daemon, await told, log);
  }
}

async function end(daemon: Daemon, signal: string, log: Log): Promise<void> {
  log('info', 'stopping', { signal, running: daemon.jobs.running });
  await daemon.stop();
  log('info', 'stopped');
}

/** The process lives until then: a pending promise alone would not keep it. */
function signalled(names: readonly NodeJS.Signals[]): Promise<string> {
  const alive = setInterval(() => {}, 1 << 30);
  return new Promise((done) => {
    for (const name of names)
      process.once(name, () => {
        clearInterval(alive);
        done(name);
      });
  });
}
