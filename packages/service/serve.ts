import { brokerUrl } from './broker/url.js';
import type { Settings } from './config.js';
import { startDaemon } from './daemon.js';
import type { Log } from './log.js';

/**
 * Runs the service until SIGTERM or SIGINT. What it yields, once everything is listening, is for whoever started it.
 *
 * @throws DvmError those of `startDaemon`
 */
export async function* serve(settings: Settings, log: Log): AsyncGenerator<object> {
  const told = signalled(['SIGTERM', 'SIGINT']);
  const daemon = await startDaemon(settings, log);
  log('info', 'started', { node: settings.topics.NODE_NAME, volumes: daemon.world.volumes.size });
  yield {
    kind: 'dvs-ready',
    version: 1,
    pid: process.pid,
    node: settings.topics.NODE_NAME,
    brokers: settings.brokers.map(brokerUrl),
  };
  const signal = await told;
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
