import { fail } from '#tool/errors.js';
import { formatSize, type Sectors } from '#tool/units.js';
import { findProblems } from './check.js';
import { compact } from './compact.js';
import { Draft } from './draft.js';
import { areaLength } from './kinds/kinds.js';
import type { AllocationPolicy, Lv, Metadata, Pv, Segment } from './metadata.js';
import { storedAutoactivate } from './new-volume.js';
import { editTags } from './tags.js';
import { checkExtentSize } from './vg-create.js';

export interface GroupChanges {
  allocation?: AllocationPolicy | undefined;
  addTags: readonly string[];
  delTags: readonly string[];
  extentSize?: Sectors | undefined;
  autoactivate?: 'on' | 'off' | undefined;
}

/**
 * Changes the group's settings.
 *
 * @throws DvmError `bad-extent-size` (exit 64), `extents-do-not-fit` (exit 83)
 */
export function setGroup(draft: Draft, changes: GroupChanges): void {
  const { extentSize, allocation, addTags, delTags, autoactivate } = changes;
  if (extentSize !== undefined && extentSize !== draft.vg.extentSize) resizeExtents(draft, extentSize);
  draft.setVg(
    compact<Metadata['vg']>({
      ...draft.vg,
      allocation: allocation ?? draft.vg.allocation,
      tags: editTags(draft.vg.tags, addTags, delTags),
      autoactivate: storedAutoactivate(draft.vg.autoactivate, autoactivate),
    }),
  );
}

/** Counts everything in extents of another size: the bytes on the disks stay where they are. */
function resizeExtents(draft: Draft, extentSize: Sectors): void {
  checkExtentSize(extentSize);
  const factor = draft.vg.extentSize / extentSize;
  const { before } = draft;
  const pvs = Object.fromEntries(Object.entries(draft.pvs).map(([id, pv]) => [id, scalePv(pv, factor)]));
  const lvs = Object.fromEntries(Object.entries(draft.lvs).map(([id, lv]) => [id, scaleVolume(lv, factor, extentSize)]));
  const scaled: Metadata = { ...before, vg: { ...draft.vg, extentSize }, pvs, lvs };
  const problem = findProblems(new Draft(scaled))[0];
  if (problem) throw doesNotFit(extentSize, problem.message);
  draft.setVg(scaled.vg);
  for (const [id, pv] of Object.entries(pvs)) draft.setPv(id, pv);
  for (const [id, lv] of Object.entries(lvs)) draft.setLv(id, lv);
}

function scalePv(pv: Pv, factor: number): Pv {
  const extents = Math.floor(pv.extents * factor);
  const reserved = pv.reserved?.map((r) => {
    const extent = Math.floor(r.extent * factor);
    return { extent, count: Math.min(extents, Math.ceil((r.extent + r.count) * factor)) - extent };
  });
  const left = reserved?.filter((r) => r.count > 0);
  return compact<Pv>({ ...pv, extents, reserved: left && left.length > 0 ? left : undefined });
}

function scaleVolume(lv: Lv, factor: number, extentSize: Sectors): Lv {
  return { ...lv, segments: lv.segments.map((s) => scaleSegment(lv.name, s, factor, extentSize)) };
}

function scaleSegment(name: string, s: Segment, factor: number, extentSize: Sectors): Segment {
  const areas = s.areas.map((a) => ({ ...a, extent: a.extent * factor }));
  const numbers = [s.start * factor, areaLength(s) * factor, ...areas.map((a) => a.extent)];
  if (!numbers.every(Number.isInteger)) throw doesNotFit(extentSize, `volume "${name}" does not begin and end on such extents`);
  return { ...s, start: s.start * factor, count: s.count * factor, areas };
}

function doesNotFit(extentSize: Sectors, why: string) {
  return fail('inUse', 'extents-do-not-fit', `extents of ${formatSize(extentSize)} do not fit: ${why}`);
}
