import { fail } from '#tool/errors.js';
import type { Draft } from '../draft.js';
import type { SegmentOf } from '../kinds/kind.js';
import type { Lv } from '../metadata.js';
import { pvsUnder } from '../raid/images.js';

export type MirrorSegment = SegmentOf<'mirror'>;

/** The segment of a volume that is a mirror in its own right; moves have hidden ones over extents. */
export function mirrorOf(lv: Lv | undefined): MirrorSegment | undefined {
  const segment = lv?.segments[0];
  return segment?.type === 'mirror' && segment.areas.every((a) => a.lv !== undefined) ? segment : undefined;
}

export function copyName(volume: string, index: number): string {
  return `${volume}_mimage_${index}`;
}

export function logName(volume: string): string {
  return `${volume}_mlog`;
}

export function copiesOf({ areas }: MirrorSegment): string[] {
  return areas.flatMap((a) => a.lv ?? []);
}

/** Numbers of the images that lie on any of some PVs, in whole or part. */
export function copiesOn({ lvs }: Pick<Draft, 'lvs'>, segment: MirrorSegment, pvs: readonly string[]): number[] {
  return [...copiesOf(segment).entries()].filter(([, id]) => pvs.some((pv) => pvsUnder(lvs, [id]).has(pv))).map(([i]) => i);
}

/** Numbers of the images that hold everything: while the kernel copies, the first one alone. */
export function wholeCopies({ areas, resync, failed = [] }: MirrorSegment): number[] {
  return [...areas.keys()].filter((i) => (i === 0 || !resync) && !failed.includes(i));
}

/** @throws DvmError `mirrored` (exit 83) */
export function refuseMirrored(lv: Lv): void {
  if (mirrorOf(lv))
    throw fail('inUse', 'mirrored', `volume "${lv.name}" is a mirror: it cannot be resized as one`, {
      hint: `lv_convert ${lv.name} --type linear, and again after that; raid1 can be resized`,
    });
}
