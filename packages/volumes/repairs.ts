import type { Desired, Target } from '#dm/documents.js';
import { dmName } from '#documents/names.js';
import { cacheSegment } from '#metadata/cache/segments.js';
import type { Draft } from '#metadata/draft.js';
import type { Lv } from '#metadata/metadata.js';
import { poolSegment } from '#metadata/thin/segments.js';
import { changedKeys } from '#tool/map-changes.js';
import { layerOf, uuidOf } from './identity.js';

type Repairs = NonNullable<Desired['repairs']>;

/**
 * Thin pools and caches that have other metadata than in the version before: it is made from that.
 *
 * @param rows the table of a volume
 */
export function repairsOf(
  { lvs }: Draft,
  previous: Draft['lvs'] | undefined,
  group: { id: string; name: string },
  rows: (id: string) => Target[],
): Repairs {
  const repairs: Repairs = [];
  if (!previous) return repairs;
  for (const id of changedKeys(lvs, previous)) {
    const old = metadataOf(previous[id]);
    if (!old) continue;
    const lv = lvs[id];
    const now = metadataOf(lv);
    if (!lv || !now || now.kind !== old.kind || old.meta === now.meta || !lvs[old.meta]) continue;
    const layer = now.kind === 'thin-pool' ? 'tpool' : undefined;
    const name = dmName(group.name, lv.name, layer);
    repairs.push({
      kind: now.kind,
      uuid: uuidOf(group.id, id, layer ?? layerOf(lv)),
      name,
      ...transactionsOf(lv),
      from: rows(old.meta),
      to: rows(now.meta),
    });
  }
  return repairs;
}

/** Where a pool may be: at the last transaction, or before those that it may not have been told of. */
function transactionsOf(lv: Lv): { transactions?: number[] } {
  const pool = poolSegment(lv);
  if (!pool) return {};
  const pending = new Set((pool.messages ?? []).map((m) => m.transaction));
  return { transactions: [...Array(pending.size + 1).keys()].map((n) => pool.transaction - n) };
}

function metadataOf(lv: Lv | undefined): { kind: Repairs[number]['kind']; meta: string } | undefined {
  const pool = poolSegment(lv);
  if (pool) return { kind: 'thin-pool', meta: pool.meta };
  const cache = cacheSegment(lv);
  return cache && { kind: 'cache', meta: cache.meta };
}
