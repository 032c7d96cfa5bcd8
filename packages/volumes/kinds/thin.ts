import type { Target } from '#dm/documents.js';
import type { Draft } from '#metadata/draft.js';
import { sizeOf } from '#metadata/segments.js';
import { type ThinSegment, thinSegment } from '#metadata/thin/segments.js';
import type { Mapping } from './kind.js';
import { metadataThere, noPool, poolLayer } from './thin-pool.js';

/** `thin POOL ID [ORIGIN]`; `error` where the pool's metadata is missing: then nothing of it can be found. */
export function thin({ pool, device, origin, count }: ThinSegment, m: Mapping): Target[] {
  const size = m.sectors(count);
  const under = m.of(pool);
  if (!metadataThere(under)) return noPool(under, size);
  const external = origin === undefined ? [] : [realLayer(m.of(origin))];
  return [{ type: 'thin', size, args: [poolLayer(under), device, ...external].join(' ') }];
}

/** Volumes that thin ones read where nothing has been written to them. */
export function externalOrigins(lvs: Draft['lvs']): Set<string> {
  const found = new Set<string>();
  for (const id in lvs) {
    const origin = thinSegment(lvs[id])?.origin;
    if (origin !== undefined) found.add(origin);
  }
  return found;
}

/** The table of an external origin itself, when users have it active besides: over the layer that the thin volumes read. */
export function overReal(m: Mapping): Target[] {
  return [{ type: 'linear', size: m.sectors(sizeOf(m.lv)), args: `${realLayer(m)} 0` }];
}

function realLayer(m: Mapping): string {
  return m.layer('real', m.rows());
}
