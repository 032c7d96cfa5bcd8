import { lockVolume } from '#blockdev/locks.js';
import { runSystemProgram } from '#blockdev/system-program.js';
import { KernelError } from '#dm/kernel.js';
import { openKernel } from '#dm/open-kernel.js';
import { dmName } from '#documents/names.js';
import { uuidOf } from '#volumes/identity.js';
import type { PoolRef } from './host.js';
import { type DataRange, parseDelta, parseMappings } from './thin-xml.js';

const from = 'thin-provisioning-tools';
/** Milliseconds that one reader of a pool's metadata waits for another. */
const patience = 60_000;

export function delta(ref: PoolRef, before: number, after: number): Promise<DataRange[]> {
  if (before === after) return Promise.resolve([]);
  return withSnapshot(ref, async (device) => {
    const args = ['--metadata-snap', '--thin1', String(before), '--thin2', String(after), device];
    return parseDelta(await runSystemProgram({ name: 'thin_delta', args, from }), ref.pool.chunkSize);
  });
}

export function mappings(ref: PoolRef, device: number): Promise<DataRange[]> {
  return withSnapshot(ref, async (path) => {
    const args = ['--metadata-snap', '--format', 'xml', '--dev-id', String(device), path];
    return parseMappings(await runSystemProgram({ name: 'thin_dump', args, from }), device, ref.pool.chunkSize);
  });
}

/**
 * The metadata of a live pool changes while it is read: the kernel keeps one snapshot of it, reserved by a message. One reader
 * at a time; what a killed one left is given up first.
 */
async function withSnapshot<T>(ref: PoolRef, read: (metadataDevice: string) => Promise<T>): Promise<T> {
  const { group, pool } = ref;
  const lock = await lockVolume(pool.id, { wait: patience, name: pool.name });
  const kernel = openKernel('real');
  const tell = (text: string) => kernel.message(poolDevice(ref), 0, text);
  try {
    reserve(tell);
    try {
      return await read(`/dev/mapper/${dmName(group.name, `${pool.name}_tmeta`)}`);
    } finally {
      tell('release_metadata_snap');
    }
  } finally {
    kernel.close();
    lock.release();
  }
}

function reserve(tell: (text: string) => void): void {
  try {
    tell('reserve_metadata_snap');
  } catch (e) {
    if (!(e instanceof KernelError) || e.code !== 'EBUSY') throw e;
    tell('release_metadata_snap');
    tell('reserve_metadata_snap');
  }
}

/** The pool's own device, which takes messages, is the layer below the one that users see. */
function poolDevice({ group, pool }: PoolRef): { name: string; uuid: string } {
  return { name: dmName(group.name, pool.name, 'tpool'), uuid: uuidOf(group.id, pool.id, 'tpool') };
}
