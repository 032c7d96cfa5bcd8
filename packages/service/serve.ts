import type { Log } from '#daemon/log.js';
import { signalled } from '#daemon/signals.js';
import { brokerUrl } from './broker/url.js';
import type { Settings } from './config.js';
import { type Daemon, startDaemon } from './daemon.js';

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
