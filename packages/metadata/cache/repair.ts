import type { Draft } from '../draft.js';
import type { Cache } from '../kinds/cache.js';
import type { Lv } from '../metadata.js';
import { swapSpare } from '../thin/repair.js';

/**
 * The spare becomes the metadata of a cache, to be made from the old when the change is activated. The kernel then takes all
 * chunks for not written back, and writes them back.
 *
 * @returns notes for people
 */
export function repairCache(draft: Draft, id: string, segment: Cache, newId: () => string): string[] {
  const lv = draft.lvs[id] as Lv;
  const hint = `without its cache the volume may lack what was not written back: lv_cache ${lv.name} --off --drop`;
  const broken = { what: `the cache of volume "${lv.name}"`, name: lv.name, meta: segment.meta, hint };
  const { meta, notes } = swapSpare(draft, broken, newId);
  draft.setLv(id, { ...lv, segments: [{ ...segment, meta }] });
  return notes;
}
