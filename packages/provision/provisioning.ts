import type { Log } from '#daemon/log.js';
import { Queue } from '#daemon/queue.js';
import type { Progress, Tell } from './progress.js';
import { type ProvisionOptions, provision } from './run.js';

/**
 * Provisions, and tells each step as it is done. One-shot it ends with the dot mounted and nothing running; a daemon ends at SIGTERM or
 * SIGINT, which also ends what is under way in order.
 */
export async function* provisioning(options: ProvisionOptions, log: Log): AsyncGenerator<Progress> {
  const begun = performance.now();
  const events = new Queue<Progress>();
  const tell: Tell = (facts) =>
    events.push({ kind: 'provision-progress', version: 1, time: Math.round(performance.now() - begun), ...facts });
  const told = new AbortController();
  const end = (): void => told.abort();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, end);
  const work = whole(options, tell, log, told.signal).finally(() => events.end());
  work.catch(() => {}); // thrown below, when all was told
  try {
    yield* events;
  } finally {
    await work; // also when nobody reads any more
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.off(signal, end);
  }
}

async function whole(options: ProvisionOptions, tell: Tell, log: Log, signal: AbortSignal): Promise<void> {
  const { stop } = await provision(options, tell, log, signal);
  if (options.daemon) {
    log('info', 'staying', { pool: options.poolName });
    await aborted(signal);
  }
  tell({ step: 'stop', state: 'begun' });
  await stop();
  tell({ step: 'stop', state: 'done' });
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const alive = setInterval(() => {}, 1 << 30);
  return new Promise((done) =>
    signal.addEventListener('abort', () => {
      clearInterval(alive);
      done();
    }),
  );
}
