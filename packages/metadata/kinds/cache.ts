import type { Draft } from '../draft.js';
import { sizeOf } from '../segments.js';
import { smallestCacheChunk } from './cache.schema.js';
import type { KindRules, Reference, SegmentOf, State } from './kind.js';

export type Cache = SegmentOf<'cache'>;

export const cache: KindRules<Cache> = {
  areaLength: ({ count }) => count,
  references: ({ areas, data, meta }) => [...areas.flatMap((a) => a.lv ?? []), data, meta].map(part),
  states,
};

/** A hidden volume that belongs to this one. */
export function part(lv: string): Reference {
  return { lv, role: 'part' };
}

function states({ areas, chunkSize, count, start }: Cache, draft: Draft): State[] {
  const odd = chunkSize % smallestCacheChunk !== 0;
  return [
    ...originStates('cache', { areas, count, start }, draft),
    ...(odd ? [['cache', `is cached in chunks of ${chunkSize} sectors, no multiple of ${smallestCacheChunk}`] as State] : []),
  ];
}

/** What is cached is one volume, of the same size. */
export function originStates(
  code: string,
  { areas, count, start }: Pick<Cache, 'areas' | 'count' | 'start'>,
  { lvs }: Draft,
): State[] {
  const origin = lvs[areas[0]?.lv ?? ''];
  const out: State[] = [];
  if (start !== 0) out.push([code, 'is cached behind another segment']);
  if (areas[0]?.lv === undefined) out.push([code, 'is a cache over no volume']);
  else if (origin && sizeOf(origin) !== count) out.push([code, `has ${count} extents, and what it caches ${sizeOf(origin)}`]);
  return out;
}
