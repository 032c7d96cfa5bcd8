import { cryptSegment } from '../crypt/create.js';
import type { Draft } from '../draft.js';
import { type Extension, extendPlain } from '../extend-plain.js';
import type { Lv } from '../metadata.js';
import { extendRaid, raidOf } from '../raid/resize.js';
import { sizeOf } from '../segments.js';
import { writecacheSegment } from '../writecache/segments.js';
import { cacheSegment } from './segments.js';

/** Makes larger what a volume consists of, under its cache or encryption where it has that. */
export function extendUnderCache(draft: Draft, id: string, e: Omit<Extension, 'volume'>): string[] {
  const lv = draft.lvs[id];
  const segment = cacheSegment(lv) ?? cryptSegment(lv) ?? writecacheSegment(lv);
  if (!segment) return extendStored(draft, id, e);
  const origin = segment.areas[0]?.lv ?? '';
  const notes = extendStored(draft, origin, e);
  const count = sizeOf(draft.lvs[origin] as Lv);
  if (count !== segment.count) draft.setLv(id, { ...(draft.lvs[id] as Lv), segments: [{ ...segment, count }] });
  return notes;
}

function extendStored(draft: Draft, id: string, e: Omit<Extension, 'volume'>): string[] {
  const raid = raidOf(draft.lvs[id] as Lv);
  return raid ? extendRaid(draft, id, raid, e) : extendPlain(draft, id, e);
}
