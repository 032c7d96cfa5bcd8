import type { Extents } from '#tool/units.js';
import type { Draft } from '../draft.js';
import { grow } from '../lv-space.js';
import type { Lv } from '../metadata.js';
import { appendRows, sizeOf } from '../segments.js';
import { type Space, spaceOf } from '../space.js';

/** The hidden volume that stands by to take a pool's repaired metadata: one in a group, as large as the largest metadata. */
export const spareName = 'lvol0_pmspare';

/** Makes the spare so large, where it is not. */
export function provideSpare(draft: Draft, extents: Extents, space: Space, newId: () => string): void {
  const id = draft.idOf(spareName);
  const lv = id === undefined ? undefined : draft.lvs[id];
  const missing = extents - (lv ? sizeOf(lv) : 0);
  if (missing <= 0) return;
  draft.setLv(id ?? newId(), withExtents(draft, lv ?? { name: spareName, hidden: true, segments: [] }, missing, space));
}

/** A hidden volume with linear extents more. */
export function withExtents(draft: Draft, lv: Lv, extents: Extents, space: Space = spaceOf(draft, [])): Lv {
  const size = { sign: '+' as const, extents, rounded: false };
  const { rows } = grow(draft, { what: `volume "${lv.name}"`, size, stripes: 1, policy: draft.vg.allocation }, space);
  return { ...lv, segments: appendRows(lv.segments, rows, 0) };
}

/** The spare goes with the last volume that it stands by for. */
export function dropIdleSpare(draft: Draft): void {
  const id = draft.idOf(spareName);
  const needed = Object.values(draft.lvs).some((lv) => lv.hidden && /_[tc]meta$/.test(lv.name));
  if (id !== undefined && !needed) draft.removeLv(id);
}
