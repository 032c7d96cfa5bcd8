import { fail } from '#tool/errors.js';
import { extendUnderCache } from '../cache/extend.js';
import type { Draft } from '../draft.js';
import { addedExtents, type Extension, extendPlain } from '../extend-plain.js';
import type { Lv } from '../metadata.js';
import { sizeOf } from '../segments.js';
import { wantedSize } from '../sizes.js';
import { spaceOf } from '../space.js';
import { scaleLowWater } from './low-water.js';
import { mostMetadata } from './pool-sizes.js';
import type { PoolSegment, ThinSegment } from './segments.js';
import { provideSpare, spareName } from './spare.js';

/** A thin volume grows without taking extents. */
export function extendThin(draft: Draft, id: string, segment: ThinSegment, e: Extension): string[] {
  const lv = draft.lvs[id] as Lv;
  const none = (): number => 0;
  const size = wantedSize(e, draft.vg.extentSize, { VG: none, FREE: none, PVS: none, LV: () => segment.count }, '+');
  if (size.share && size.share !== 'LV')
    throw fail('usage', 'bad-size', `thin volume "${lv.name}" takes no extents: %${size.share} says nothing`, {
      hint: 'give a size, or percent of the volume (%LV)',
    });
  const added = addedExtents(lv, size);
  if (added === 0) return [`volume "${lv.name}" already has ${segment.count} extents`];
  draft.setLv(id, { ...lv, segments: [{ ...segment, count: segment.count + added }] });
  return size.rounded ? [`volume "${lv.name}": rounded up to ${segment.count + added} extents`] : [];
}

/** A pool grows by its data volume, by its metadata, or by both. */
export function extendPool(draft: Draft, id: string, segment: PoolSegment, e: Extension): string[] {
  const onlyMeta = e.metadataSize !== undefined && e.size === undefined && e.extents === undefined;
  const data = segment.areas[0]?.lv ?? '';
  const notes = onlyMeta ? [] : extendUnderCache(draft, data, e);
  const count = sizeOf(draft.lvs[data] as Lv);
  if (count !== segment.count) draft.setLv(id, { ...(draft.lvs[id] as Lv), segments: [scaleLowWater(segment, count)] });
  return e.metadataSize === undefined ? notes : [...notes, ...extendMetadata(draft, segment.meta, e)];
}

/** The spare grows with it. */
function extendMetadata(draft: Draft, meta: string, e: Extension): string[] {
  const notes = extendPlain(draft, meta, { size: e.metadataSize, pvs: e.pvs });
  const lv = draft.lvs[meta] as Lv;
  const extents = sizeOf(lv);
  if ((extents - 1) * draft.vg.extentSize >= mostMetadata)
    throw fail('usage', 'bad-size', `volume "${lv.name}" would be larger than the 15.81G that a thin pool can use`);
  if (draft.idOf(spareName) !== undefined) provideSpare(draft, extents, spaceOf(draft, []), noNewId);
  return notes;
}

/** The spare that grows is there already. */
function noNewId(): string {
  throw new Error('the spare exists');
}
