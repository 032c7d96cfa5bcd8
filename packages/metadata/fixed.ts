import { fail } from '#tool/errors.js';
import type { Draft } from './draft.js';
import type { Extension } from './extend-plain.js';
import { addedExtents } from './extend-plain.js';
import { fixedTypes } from './kinds/fixed.schema.js';
import type { SegmentOf } from './kinds/kind.js';
import { roundingNote, sharesOf } from './lv-space.js';
import type { Lv } from './metadata.js';
import { sizeOf } from './segments.js';
import { wantedSize } from './sizes.js';
import { spaceOf } from './space.js';

export type FixedType = (typeof fixedTypes)[number];
type Fixed = SegmentOf<FixedType>;

export function isFixedType(type: string | undefined): type is FixedType {
  return fixedTypes.some((t) => t === type);
}

/**
 * The segment of a new volume.
 *
 * @param placing options that say where or how a volume lies, by name
 * @throws DvmError `bad-option` (exit 64) when one of them is given
 */
export function newFixed(type: FixedType, count: number, placing: Record<string, unknown>): Fixed {
  refusePlace(type, placing);
  return { start: 0, count, type, areas: [] };
}

/** The one segment of such a volume; undefined for others, and where it is only a part of one. */
export function fixedSegment({ segments }: Lv): Fixed | undefined {
  const [first, ...more] = segments;
  return first && more.length === 0 && isFixedType(first.type) ? (first as Fixed) : undefined;
}

/** @returns notes for people */
export function extendFixed(draft: Draft, id: string, segment: Fixed, e: Extension): string[] {
  const lv = draft.lvs[id] as Lv;
  refusePlace(segment.type, { stripes: e.stripes, pvs: e.pvs[0] });
  const shares = { ...sharesOf(draft, spaceOf(draft, [])), LV: () => sizeOf(lv) };
  const size = wantedSize(e, draft.vg.extentSize, shares, '+');
  const count = sizeOf(lv) + addedExtents(lv, size);
  if (count === sizeOf(lv)) return [`volume "${lv.name}" already has ${count} extents`];
  draft.setLv(id, { ...lv, segments: [{ ...segment, count }] });
  return roundingNote(draft, `volume "${lv.name}"`, { ...size, extents: count }, count);
}

function refusePlace(type: FixedType, placing: Record<string, unknown>): void {
  const [given] = Object.entries(placing).find(([, value]) => value !== undefined) ?? [];
  if (given !== undefined)
    throw fail('usage', 'bad-option', `a volume of type "${type}" lies nowhere: "${given}" says nothing of it`);
}
