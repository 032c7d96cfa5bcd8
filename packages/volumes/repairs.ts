import type { Desired, Target } from '#dm/documents.js';
import { dmName } from '#documents/names.js';
import { cacheSegment } from '#metadata/cache/segments.js';
import type { Draft } from '#metadata/draft.js';
import type { Lv } from '#metadata/metadata.js';
import { poolSegment } from '#metadata/thin/segments.js';
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
  return Object.entries(previous ?? {}).flatMap(([id, before]) => {
    const lv = lvs[id];
    const [old, now] = [metadataOf(before), metadataOf(lv)];
    if (!lv || !old || !now || old.kind !== now.kind || old.meta === now.meta || !lvs[old.meta]) return [];
    const layer = now.kind === 'thin-pool' ? 'tpool' : layerOf(lv);
    const name = now.kind === 'thin-pool' ? dmName(group.name, lv.name, 'tpool') : dmName(group.name, lv.name);
    return [{ kind: now.kind, uuid: uuidOf(group.id, id, layer), name, from: rows(old.meta), to: rows(now.meta) }];
  });
}

function metadataOf(lv: Lv | undefined): { kind: Repairs[number]['kind']; meta: string } | undefined {
  const [pool, cache] = [poolSegment(lv), cacheSegment(lv)];
  if (pool) return { kind: 'thin-pool', meta: pool.meta };
  return cache && { kind: 'cache', meta: cache.meta };
}
