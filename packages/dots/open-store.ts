import { type Lock, type LockOptions, lockDots, lockVolume } from '#blockdev/locks.js';
import { newId } from '#documents/ids.js';
import { editableGroupType, metadataOf } from '#metadata/editable.js';
import { poolSegment } from '#metadata/thin/segments.js';
import type { Pipeline } from '#pipeline/pipeline.js';
import { type RunOptions, runPipeline } from '#pipeline/runner.js';
import { DvmError } from '#tool/errors.js';
import { outputDocument } from '#tool/invoke.js';
import { SECTOR } from '#tool/units.js';
import { dotsOf } from './state/dots-of.js';
import type { Look, Selection, Store } from './store.js';
import type { Host } from './volumes/host.js';

export interface StoreOptions {
  /** Name or id. */
  group: string;
  pool: string | undefined;
  host: Host;
  /** `-c` of the programs that are run, and where their notes go. */
  run: RunOptions;
}

/** Seconds that a verb waits for who else changes the group, or its dots. */
const patience = 60;
const nothing: Look['pools'] = [];

/** A group on this machine. Programs run in this process; what suspends devices is a dmexec of its own. */
export function openStore({ group, pool, host, run }: StoreOptions): Store {
  const pipe = async (...stages: Pipeline): Promise<unknown> =>
    outputDocument((await runPipeline([['discover', 'find', group], ...stages], run)).output);
  const read = async (): Promise<Look> => lookAt(await pipe(['tm', 'read', group]));
  return {
    group,
    pool,
    host,
    read,
    change: async (edits, selection = {}) => {
      const stages = edits.flatMap((edit) => ['--', ...edit]);
      await pipe(['tm', 'update', '--wait', String(patience), ...words(selection), group, ...stages]);
    },
    activate: async (selection) => {
      await pipe(['tm', 'activate', '--wait', String(patience), group, '--', ...words(selection)]);
    },
    locked: async (work) => {
      const { id, name } = (await read()).group;
      return holding(await lockDots(id, waiting(name)), work);
    },
    filling: async ({ id, name }, work) => holding(await lockVolume(id, { name }), work),
    isFree: async (id) => isFree(id),
    newId: () => newId(),
    now: () => BigInt(Date.now()) * 1_000_000n,
  };
}

/** What a group document says of dots. */
export function lookAt(document: unknown): Look {
  const group = editableGroupType.parse(document, 'group');
  const metadata = metadataOf(group);
  if (!metadata) return { group: group.envelope.group, state: { dots: [], commits: new Map(), works: [] }, pools: nothing };
  const pools = Object.entries(metadata.lvs).flatMap(([id, lv]) => {
    const segment = lv.hidden ? undefined : poolSegment(lv);
    return segment ? [{ id, name: lv.name, chunkSize: segment.chunkSize * SECTOR, zeroed: segment.zero !== false }] : [];
  });
  return { group: group.envelope.group, state: dotsOf(metadata), pools };
}

function words({ activate = [], deactivate = [] }: Selection): string[] {
  return [...activate.flatMap((v) => ['--activate', v]), ...deactivate.flatMap((v) => ['--deactivate', v])];
}

const waiting = (name: string): LockOptions => ({ wait: patience * 1000, name });

/** Runs `work`, then lets the lock go. */
async function holding<T>(lock: Lock, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    lock.release();
  }
}

async function isFree(volumeId: string): Promise<boolean> {
  try {
    (await lockVolume(volumeId)).release();
    return true;
  } catch (e) {
    if (e instanceof DvmError && e.code === 'busy') return false;
    throw e;
  }
}
