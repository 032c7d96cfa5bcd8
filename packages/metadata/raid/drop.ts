import { fail } from '#tool/errors.js';
import { compact } from '../compact.js';
import type { Draft } from '../draft.js';
import { partsOf } from '../kinds/kinds.js';
import { type Raid, unsound } from '../kinds/raid.js';
import { pullUp } from '../layers.js';
import type { Lv } from '../metadata.js';
import { imageName, metaName, partsOfImage, pvsUnder } from './images.js';

/** Numbers of the images that lie on any of some PVs, in whole or part. */
export function imagesOn(draft: Draft, segment: Raid, pvs: readonly string[]): number[] {
  return [...segment.areas.keys()].filter((i) => {
    const parts = partsOfImage(segment, i).flatMap((part) => [part, ...partsOf(draft.lvs, part)]);
    const under = pvsUnder(draft.lvs, parts);
    return pvs.some((pv) => under.has(pv));
  });
}

/**
 * Which images of a raid1 go when only `left` are to stay: those on the PVs that were named, else those that are not whole,
 * then the last ones.
 *
 * @throws DvmError `not-in-sync` (exit 83) where nothing whole would stay
 */
export function choose(draft: Draft, lv: Lv, segment: Raid, left: number, pvs: readonly string[]): number[] {
  const bad = unsound(segment);
  const named = imagesOn(draft, segment, pvs);
  const rank = (i: number): number => (named.includes(i) ? 2 : pvs.length === 0 && bad.has(i) ? 1 : 0);
  const gone = [...segment.areas.keys()].sort((a, b) => rank(b) - rank(a) || b - a).slice(0, segment.areas.length - left);
  refuseLastWhole(lv, segment, gone);
  return gone;
}

/** @throws DvmError `not-in-sync` (exit 83) */
export function refuseLastWhole(lv: Lv, segment: Raid, gone: readonly number[]): void {
  const bad = unsound(segment);
  if ([...segment.areas.keys()].some((i) => !gone.includes(i) && !bad.has(i))) return;
  throw fail('inUse', 'not-in-sync', `no image of volume "${lv.name}" that would stay is whole`, {
    hint: 'wait until the kernel has built them (report -o sync_percent), or name others',
  });
}

/**
 * Takes images off a raid1: those that stay are numbered anew, and the last one left becomes the volume itself. The
 * kernel's records of the images that go are removed.
 *
 * @param leave what becomes of the hidden volume of an image that goes: removed, or given another name
 */
export function takeOff(draft: Draft, id: string, segment: Raid, gone: readonly number[], leave: (image: string) => void): void {
  const lv = draft.lvs[id] as Lv;
  const kept = [...segment.areas.keys()].filter((i) => !gone.includes(i));
  for (const i of gone) {
    leave(segment.areas[i]?.lv ?? '');
    removeMeta(draft, segment, i);
  }
  const [only] = kept;
  if (kept.length === 1 && only !== undefined) {
    removeMeta(draft, segment, only);
    draft.setLv(id, { ...lv, segments: [] });
    pullUp(draft, id, segment.areas[only]?.lv ?? '');
    return;
  }
  draft.setLv(id, { ...lv, segments: [selected(segment, kept)] });
  for (const [index, old] of kept.entries()) renumber(draft, lv.name, segment, old, index);
}

/** The segment of some of the images, in that order. */
function selected(segment: Raid, kept: readonly number[]): Raid {
  const pick = <T>(list: readonly T[] | undefined): T[] | undefined => list && kept.map((i) => list[i] as T);
  const move = (list: readonly number[] | undefined): number[] | undefined => {
    const moved = (list ?? []).flatMap((i) => (kept.includes(i) ? [kept.indexOf(i)] : []));
    return moved.length > 0 ? moved : undefined;
  };
  const { rebuild, syncing, failed, writeMostly } = segment;
  return compact<Raid>({
    ...segment,
    ...{ areas: pick(segment.areas) ?? [], metas: pick(segment.metas) },
    ...{ rebuild: move(rebuild), syncing: move(syncing), failed: move(failed), writeMostly: move(writeMostly) },
  });
}

function removeMeta(draft: Draft, { metas }: Raid, index: number): void {
  const meta = metas?.[index];
  if (meta !== undefined) draft.removeLv(meta);
}

function renumber(draft: Draft, volume: string, segment: Raid, old: number, index: number): void {
  if (old === index) return;
  const [image = '', meta = ''] = partsOfImage(segment, old);
  draft.setLv(image, { ...(draft.lvs[image] as Lv), name: imageName(volume, index) });
  draft.setLv(meta, { ...(draft.lvs[meta] as Lv), name: metaName(volume, index) });
}
