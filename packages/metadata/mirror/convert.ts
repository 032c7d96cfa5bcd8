import { fail } from '#tool/errors.js';
import type { Draft } from '../draft.js';
import { pullUp } from '../layers.js';
import { findPvs } from '../lookup.js';
import type { Lv } from '../metadata.js';
import type { Conversion } from '../raid/convert.js';
import { isLinear } from '../raid/mirrors.js';
import { mirrorVolume } from './make.js';
import { copiesOf, copiesOn, copyName, type MirrorSegment, mirrorOf, wholeCopies } from './segments.js';

/** Whether a conversion is one of a mirror, or to one. */
export function concernsMirror(lv: Lv, { type }: Pick<Conversion, 'type'>): boolean {
  return type === 'mirror' || mirrorOf(lv) !== undefined;
}

/**
 * Makes a mirror of a linear volume, or takes images of one off: what is left of one is linear.
 *
 * @returns notes for people
 * @throws DvmError `no-conversion`, `bad-mirrors`, `bad-region-size`, `bad-name` (exit 64), `no-pv` (exit 80), `no-space` (exit 82),
 *   `not-in-sync` (exit 83)
 */
export function convertMirror(draft: Draft, id: string, c: Conversion): string[] {
  const lv = draft.lvs[id] as Lv;
  const segment = mirrorOf(lv);
  const copies = c.type === 'linear' ? 1 : c.mirrors === undefined ? undefined : c.mirrors + 1;
  if (!segment && isLinear(lv)) {
    const policy = lv.allocation ?? draft.vg.allocation;
    mirrorVolume(draft, id, { ...c, mirrors: c.mirrors ?? 1, log: c.mirrorLog ?? 'disk', policy, ids: c.partIds });
    return [];
  }
  const left = copies ?? segment?.areas.length ?? 0;
  if (
    !segment ||
    !(c.type === undefined || c.type === 'mirror' || c.type === 'linear') ||
    left > segment.areas.length ||
    left < 1
  )
    throw noConversion(lv, c);
  if (left === segment.areas.length) return [`volume "${lv.name}" already is a mirror of ${left} images`];
  dropCopies(draft, id, segment, left, findPvs(draft, c.pvs));
  return [];
}

/** Those on the PVs that were named go, else those that are not whole, then the last ones. */
function dropCopies(draft: Draft, id: string, segment: MirrorSegment, left: number, pvs: readonly string[]): void {
  const lv = draft.lvs[id] as Lv;
  const whole = wholeCopies(segment);
  const named = copiesOn(draft, segment, pvs);
  const rank = (i: number): number => (named.includes(i) ? 2 : whole.includes(i) ? 0 : 1);
  const order = [...segment.areas.keys()].sort((a, b) => rank(a) - rank(b) || a - b);
  const kept = order.slice(0, left).sort((a, b) => a - b);
  if (!whole.includes(kept[0] ?? -1))
    throw fail('inUse', 'not-in-sync', `no image of volume "${lv.name}" that would stay is whole`, {
      hint: 'wait until the kernel has copied everything (vg_wait), or name others',
    });
  keepCopies(draft, id, segment, kept);
}

/** Takes all other images off, and the log where one image is left. */
export function keepCopies(draft: Draft, id: string, segment: MirrorSegment, kept: readonly number[]): void {
  const lv = draft.lvs[id] as Lv;
  const images = copiesOf(segment);
  for (const [i, image] of images.entries()) if (!kept.includes(i)) draft.removeLv(image);
  const left = kept.map((i) => images[i] ?? '');
  if (left.length === 1) {
    if (segment.log !== undefined) draft.removeLv(segment.log);
    draft.setLv(id, { ...lv, segments: [] });
    pullUp(draft, id, left[0] ?? '');
    return;
  }
  const { failed: _, ...rest } = segment;
  draft.setLv(id, { ...lv, segments: [{ ...rest, areas: left.map((image) => ({ lv: image, extent: 0 })) }] });
  renumber(draft, lv.name, left);
}

export function renumber(draft: Draft, volume: string, images: readonly string[]): void {
  for (const [i, image] of images.entries()) {
    const part = draft.lvs[image] as Lv;
    if (part.name !== copyName(volume, i)) draft.setLv(image, { ...part, name: copyName(volume, i) });
  }
}

function noConversion(lv: Lv, { type, mirrors }: Conversion): Error {
  const from = [...new Set(lv.segments.map((s) => s.type))].join(' and ');
  const to = type ?? (mirrors === undefined ? 'nothing else: no type is given' : `a mirror of ${mirrors + 1} images`);
  return fail('usage', 'no-conversion', `volume "${lv.name}" is ${from}, and cannot become ${to}`, {
    hint: 'a linear volume becomes a mirror, and a mirror one of fewer images, or linear',
  });
}
