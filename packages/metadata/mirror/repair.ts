import { fail } from '#tool/errors.js';
import type { Draft } from '../draft.js';
import { findPvs } from '../lookup.js';
import type { Lv } from '../metadata.js';
import { pvsUnder } from '../raid/images.js';
import { numbers } from '../raid/mirrors.js';
import type { Repair } from '../repair.js';
import { renumber } from './convert.js';
import { mirrorOver, newCopies, newLog } from './make.js';
import { copiesOf, copiesOn, type MirrorSegment, wholeCopies } from './segments.js';

/**
 * Replaces images and the log of a mirror that lie on missing devices, that the kernel has given up, or whose PVs are named. What is left
 * comes first, and the kernel copies it to all others.
 *
 * @returns notes for people
 * @throws DvmError `no-pv` (exit 80), `no-space` (exit 82), `too-few-images` (exit 84)
 */
export function repairMirror(draft: Draft, id: string, segment: MirrorSegment, r: Omit<Repair, 'volume'>): string[] {
  const lv = draft.lvs[id] as Lv;
  const bad = [...missingPvs(draft), ...findPvs(draft, r.replace)];
  const gone = new Set([...copiesOn(draft, segment, bad), ...(segment.failed ?? [])]);
  const { log } = segment;
  const logGone = log !== undefined && bad.some((pv) => pvsUnder(draft.lvs, [log]).has(pv));
  if (gone.size === 0 && !logGone) return [`volume "${lv.name}" has all its images: nothing to repair`];
  const whole = wholeCopies(segment).filter((i) => !gone.has(i));
  if (whole.length === 0) throw tooFew(lv, segment);
  rebuild(draft, id, segment, whole, r);
  return [`volume "${lv.name}": ${segment.areas.length - whole.length} images replaced; the kernel copies while it is in use`];
}

/** A new log knows of nothing that is alike: all is copied from the first image. */
function rebuild(draft: Draft, id: string, segment: MirrorSegment, whole: readonly number[], r: Omit<Repair, 'volume'>): void {
  const lv = draft.lvs[id] as Lv;
  const images = copiesOf(segment);
  const avoid = pvsUnder(draft.lvs, images); // those of failed images too: the device is what failed
  const kept = whole.map((i) => images[i] ?? '');
  for (const image of images) if (!kept.includes(image)) draft.removeLv(image);
  renumber(draft, lv.name, kept);
  const space = { policy: lv.allocation ?? draft.vg.allocation, pvs: r.pvs, ids: r.partIds };
  const { count: size, regionSize, log: old } = segment;
  const indexes = numbers(kept.length, images.length - kept.length);
  const all = [...kept, ...(indexes.length > 0 ? newCopies(draft, lv.name, { ...space, indexes, size, avoid }) : [])];
  if (old !== undefined) draft.removeLv(old);
  const log = old === undefined ? undefined : newLog(draft, lv.name, all, space);
  draft.setLv(id, { ...lv, segments: [mirrorOver(all, { size, regionSize, log })] });
}

function missingPvs({ devices, pvs }: Draft): string[] {
  return devices ? Object.keys(pvs).filter((pv) => !devices[pv]) : [];
}

function tooFew(lv: Lv, { areas, failed = [] }: MirrorSegment) {
  return fail(
    'outOfSync',
    'too-few-images',
    `volume "${lv.name}" is a mirror of ${areas.length} images, none of which is whole`,
    {
      hint: 'bring the missing devices back; what is left can be read with --activation-mode partial',
      details: { failed },
    },
  );
}
