import { fail } from '#tool/errors.js';
import type { Volume } from '../state/dot.js';
import type { Look, Store } from '../store.js';
import type { PoolRef } from './host.js';
import { type DataRange, within } from './thin-xml.js';

/** Where a volume may differ from an earlier one of the same pool, in whole chunks. */
export async function changedRanges(store: Store, look: Look, from: Volume, to: Volume): Promise<DataRange[]> {
  if (from.pool !== to.pool) return [{ offset: 0, length: Math.max(from.size, to.size) }];
  return within(await store.host.delta(await livePool(store, look, to), from.device, to.device), Math.max(from.size, to.size));
}

/** What of a volume may hold anything but zeros. */
export async function mappedRanges(store: Store, look: Look, volume: Volume): Promise<DataRange[]> {
  return within(await store.host.mappings(await livePool(store, look, volume), volume.device), volume.size);
}

/** The pool of a volume, brought up where it is down. */
async function livePool(store: Store, { pools, group }: Look, volume: Volume): Promise<PoolRef> {
  const pool = pools.find((p) => p.id === volume.pool);
  if (!pool) throw fail('notFound', 'no-pool', `the thin pool of volume "${volume.name}" is not in group "${group.name}"`);
  const path = store.host.path(group.name, pool.name);
  if (store.host.deviceAt(path) === undefined) await store.activate({ activate: [pool.id] });
  return { group, pool };
}
