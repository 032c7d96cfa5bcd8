import { readdirSync } from 'node:fs';
import { deviceAt } from '#blockdev/sysfs.js';
import { runSystemProgram } from '#blockdev/system-program.js';
import { startChild, writeTo } from '#tool/child.js';
import { DvmError, fail, isSystemError } from '#tool/errors.js';
import { programError } from '#tool/program-error.js';
import type { Settings } from '../config.js';
import type { Volume } from '../documents.js';
import { Turns } from '../turns.js';
import type { Backend } from './backend.js';

/** Seconds that dvm waits for whoever else changes the group. */
const patience = '60';
const prefix = 'dvs-';

/**
 * Volumes of a group, linear or of a thin pool, made and removed by `dvm` as anybody would. What suspends devices, and what a
 * kill must not interrupt, is in its processes.
 */
export function dvmBackend(settings: NonNullable<Settings['dvm']>, dvm: RunDvm = runDvm(settings.config)): Backend {
  const { erase, pool } = settings;
  const turns = new Turns(); // dvm would wait for itself
  const inGroup = ({ group = settings.group, id }: Volume): string => `${group}/${prefix}${id}`;
  const path = (volume: Volume): string => `/dev/dvm/${inGroup(volume)}`;
  const run = (volume: Volume, ...words: string[]) => turns.take(volume.group ?? '', () => dvm(words));
  return {
    allocate: async (volume) => {
      const tags = ['--tag', `dvs:${volume.id}`];
      const size = `${volume.sizeMB}M`;
      const words = volume.pool
        ? ['thin', inGroup(volume), '--pool', volume.pool, '--virtual-size', size]
        : ['create', inGroup(volume), '--size', size];
      await unless('exists', () => run(volume, ...words, ...tags, '--wait', patience));
      await activate(volume);
    },
    formatPath: path,
    attach: async (volume) => {
      await activate(volume);
      return { path: path(volume), release: () => {} };
    },
    isDevice: (volume, dev) => deviceAt(path(volume)) === dev,
    free: (volume) =>
      unless('notFound', async () => {
        if (!pool && !volume.pool) await wipeVolume(volume);
        await run(volume, 'remove', inGroup(volume), '--wait', patience);
      }),
    list: async () => names(`/dev/dvm/${settings.group}`).flatMap((n) => (n.startsWith(prefix) ? [n.slice(prefix.length)] : [])),
  };

  /** A service that was killed may have left a `dvm remove` that still runs: the device goes under us, and then the volume. */
  async function wipeVolume(volume: Volume): Promise<void> {
    for (;;) {
      await activate(volume);
      try {
        return await wipe(path(volume), erase);
      } catch (e) {
        if (deviceAt(path(volume)) !== undefined) throw e;
      }
    }
  }

  async function activate(volume: Volume): Promise<void> {
    if (deviceAt(path(volume)) === undefined) await run(volume, 'activate', inGroup(volume), '--wait', patience);
    if (deviceAt(path(volume)) === undefined)
      throw fail('unavailable', 'no-device', `volume "${inGroup(volume)}" has no device "${path(volume)}"`);
  }
}

/** Runs dvm with these words to its end; its failure is thrown as it printed it. */
export type RunDvm = (words: readonly string[]) => Promise<void>;

function runDvm(config: string | undefined): RunDvm {
  return async (words) => {
    const child = startChild(['dvm', ...(config === undefined ? [] : ['-c', config]), ...words]);
    writeTo(child.stdin, '');
    child.stdout.resume();
    const ended = await child.ended;
    if (ended.code !== 0) throw programError('dvm', ended);
  };
}

/** Done before the last kill is done. */
async function unless(exit: 'exists' | 'notFound', act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (e) {
    if (!(e instanceof DvmError) || e.exit !== exit) throw e;
  }
}

/** The extents go to somebody else: what was on them must not. A thin pool zeroes by itself what it hands out. */
async function wipe(path: string, erase: 'zero' | 'discard' | 'none'): Promise<void> {
  if (erase === 'none') return;
  const args = erase === 'zero' ? ['--zeroout', path] : [path];
  await runSystemProgram({ name: 'blkdiscard', args, from: 'util-linux' });
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (e) {
    if (isSystemError(e)) return []; // nothing of the group is active
    throw e;
  }
}
