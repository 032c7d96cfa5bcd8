import type { Draft } from '../draft.js';
import { type Extension, extendPlain } from '../extend-plain.js';
import type { Lv } from '../metadata.js';
import { extendRaid, raidOf } from '../raid/resize.js';
import { sizeOf } from '../segments.js';
import { cacheSegment, originOf } from './segments.js';

/** Makes larger what a volume consists of, under its cache where it has one. */
export function extendUnderCache(draft: Draft, id: string, e: Omit<Extension, 'volume'>): string[] {
  const segment = cacheSegment(draft.lvs[id]);
  if (!segment) return extendStored(draft, id, e);
  const origin = originOf(segment);
  const notes = extendStored(draft, origin, e);
  const count = sizeOf(draft.lvs[origin] as Lv);
  if (count !== segment.count) draft.setLv(id, { ...(draft.lvs[id] as Lv), segments: [{ ...segment, count }] });
  return notes;
}

function extendStored(draft: Draft, id: string, e: Omit<Extension, 'volume'>): string[] {
  const raid = raidOf(draft.lvs[id] as Lv);
  return raid ? extendRaid(draft, id, raid, e) : extendPlain(draft, id, e);
}
