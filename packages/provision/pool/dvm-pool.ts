import { closeSync, fsyncSync, openSync } from 'node:fs';
import { readMountTable } from '#blockdev/mounts.js';
import { deviceAt } from '#blockdev/sysfs.js';
import { runSystemProgram } from '#blockdev/system-program.js';
import { inventoryType } from '#discover/documents.js';
import type { Devices } from '#documents/devices.js';
import { devicesType } from '#documents/devices.js';
import { editableGroupType } from '#metadata/editable.js';
import type { Pipeline } from '#pipeline/pipeline.js';
import { type RunOptions, runPipeline } from '#pipeline/runner.js';
import { makeDirectories } from '#tool/directories.js';
import { DvmError, fail } from '#tool/errors.js';
import { outputDocument } from '#tool/invoke.js';
import type { Backend } from '../backend.js';
import { allPresent, arrival } from './arrive.js';
import { notBlank } from './blank.js';
import { type Found, formattedTag, foundIn, poolVolume, stateVolume } from './found.js';

export interface DvmPoolOptions {
  /** Name of the group. */
  name: string;
  /** Where the volume for etcd is mounted. */
  stateDirectory: string;
  /** Its size, with a unit. */
  stateSize: string;
  run: RunOptions;
}

/** Seconds that another program's locks are waited for. */
const patience = ['--wait', '60'] as const;

/** Space that the pool leaves in the group: its metadata may have to grow, or be repaired into something new. */
const poolExtents = '95%FREE';
const chunk = '64K';

/** A group of dvm's own with one thin pool. */
export function dvmPool({ name, stateDirectory, stateSize, run }: DvmPoolOptions): Backend {
  const pipe = async (...stages: Pipeline): Promise<unknown> => outputDocument((await runPipeline(stages, run)).output);
  const find = ['discover', 'find', name] as const;
  const update = (...edit: [string, ...string[]]) => pipe(find, ['tm', 'update', ...patience, name, '--', ...edit]);
  const device = `/dev/dvm/${name}/${stateVolume}`;

  return {
    kind: 'dvm',
    pool: async (named, deadline) => {
      const come = await arrival(lookForGroup, named, deadline);
      const before = come.kind === 'group' ? await lookSettled() : undefined;
      if (before?.pool) return 'found';
      if (!before) await makeGroup(await allPresent(named, deadline));
      if (!(await look())?.pool) await update('lv_thin_pool', poolVolume, '--extents', poolExtents, '--chunk-size', chunk);
      return 'made';
    },
    mountState: async () => {
      if (isMounted()) return { directory: stateDirectory, outcome: 'found' };
      const { state } = (await look()) ?? noGroup(name);
      if (state === 'absent') await update('lv_thin', stateVolume, '--pool', poolVolume, '--virtual-size', stateSize);
      if (deviceAt(device) === undefined)
        await pipe(find, ['tm', 'activate', ...patience, name, '--', '--activate', stateVolume]);
      if (state !== 'formatted') await format();
      makeDirectories(stateDirectory, 0o700);
      await runSystemProgram({
        name: 'mount',
        args: ['-t', 'ext4', '-o', 'nodev,nosuid,noexec', device, stateDirectory],
        from: 'mount',
      });
      return { directory: stateDirectory, outcome: state === 'formatted' ? 'found' : 'made' };
    },
    unmountState: async () => {
      if (isMounted()) await runSystemProgram({ name: 'umount', args: [stateDirectory], from: 'mount' });
    },
  };

  /** The group, if any device is labelled for it. @throws DvmError `duplicate-group` when two are called so */
  async function lookForGroup(): Promise<Devices | undefined> {
    try {
      return devicesType.parse(await pipe(find), 'devices of the pool');
    } catch (e) {
      if (e instanceof DvmError && e.code === 'no-group') return undefined;
      throw e;
    }
  }

  /** Undefined for a group that has labels alone. */
  async function look(): Promise<Found | undefined> {
    try {
      return foundIn(editableGroupType.parse(await pipe(find, ['tm', 'read', name]), 'pool'));
    } catch (e) {
      if (e instanceof DvmError && e.code === 'not-initialised') return undefined;
      throw e;
    }
  }

  /** What a cut has left half done is finished, or undone, first. */
  async function lookSettled(): Promise<Found | undefined> {
    try {
      return await look();
    } catch (e) {
      if (!(e instanceof DvmError) || (e.exit !== 'pending' && e.exit !== 'outOfSync')) throw e;
      await pipe(find, ['tm', 'recover', ...patience, name]);
      return look();
    }
  }

  async function makeGroup(paths: readonly string[]): Promise<void> {
    const inventory = inventoryType.parse(await pipe(['discover', 'list']), 'list of devices');
    const refusal = notBlank(paths, inventory, name);
    if (refusal) throw refusal;
    for (const path of paths) await pipe(['discover', 'add', ...patience, '--new', name, path]);
    await pipe(find, ['tm', 'init', ...patience, name, '--', 'vg_create']);
  }

  /** Whole before it is said to be: a power cut in between leaves it to be made again. */
  async function format(): Promise<void> {
    await runSystemProgram({ name: 'mkfs.ext4', args: ['-q', '-F', '-m', '0', device], from: 'e2fsprogs' });
    flush(device);
    await update('lv_set', stateVolume, '--add-tag', formattedTag);
  }

  function isMounted(): boolean {
    const dev = readMountTable().findLast(({ target }) => target === stateDirectory)?.dev;
    if (dev === undefined || dev === deviceAt(device)) return dev !== undefined;
    throw fail('inUse', 'state-in-use', `something else is mounted on "${stateDirectory}"`, { details: { dev } });
  }
}

function flush(device: string): void {
  const fd = openSync(device, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function noGroup(name: string): never {
  throw fail('notFound', 'no-pool', `pool "${name}" has gone while it was looked at`);
}
