import { fail } from '#tool/errors.js';
import type { Extents, Sectors } from '#tool/units.js';
import { compact } from '../compact.js';
import type { Draft } from '../draft.js';
import { mostMirrored } from '../kinds/mirror.schema.js';
import { type PartIds, pushDown } from '../layers.js';
import type { AllocationPolicy, Lv } from '../metadata.js';
import { allocateImages, type Stretch } from '../raid/allocate.js';
import { newPart, pvsUnder } from '../raid/images.js';
import { numbers } from '../raid/mirrors.js';
import { noRoomForImages } from '../raid/no-room.js';
import { regionSizeFor } from '../raid/size.js';
import { totalOf } from '../runs.js';
import { sizeOf } from '../segments.js';
import { type Space, spaceOf } from '../space.js';
import { copyName, logName, type MirrorSegment } from './segments.js';

/** Where the kernel remembers which regions are alike: on a hidden volume, or in memory, so that each activation copies anew. */
export const mirrorLogs = ['disk', 'core'] as const;

/** How a mirror is asked for. */
export interface MirrorOptions {
  /** Copies besides the first. */
  mirrors: number;
  log: (typeof mirrorLogs)[number];
  regionSize?: Sectors | undefined;
  policy: AllocationPolicy;
  /** Words for the PVs to take extents from. */
  pvs: readonly string[];
  ids: PartIds;
}

/**
 * Makes a mirror of a linear volume: what it has becomes the first image, and the kernel copies it to the others.
 *
 * @throws DvmError `bad-mirrors`, `bad-region-size`, `bad-name` (exit 64), `no-pv` (exit 80), `no-space` (exit 82)
 */
export function mirrorVolume(draft: Draft, id: string, m: MirrorOptions): void {
  const lv = draft.lvs[id] as Lv;
  const size = sizeOf(lv);
  checkMirrors(m.mirrors);
  const regionSize = regionSizeFor(size * draft.vg.extentSize, undefined, m.regionSize);
  const first = pushDown(draft, id, copyName(lv.name, 0), m.ids);
  const images = [
    first,
    ...newCopies(draft, lv.name, { ...m, indexes: numbers(1, m.mirrors), size, avoid: pvsUnder(draft.lvs, [first]) }),
  ];
  const log = m.log === 'disk' ? newLog(draft, lv.name, images, m) : undefined;
  draft.setLv(id, { ...lv, segments: [mirrorOver(images, { size, regionSize, log })] });
}

/**
 * The segment of a new mirror, with the hidden volumes that it stands on made.
 *
 * @throws DvmError `bad-mirrors`, `bad-region-size`, `bad-name` (exit 64), `no-pv` (exit 80), `no-space` (exit 82)
 */
export function newMirror(draft: Draft, name: string, size: Extents, m: MirrorOptions): MirrorSegment {
  checkMirrors(m.mirrors);
  const regionSize = regionSizeFor(size * draft.vg.extentSize, undefined, m.regionSize);
  const images = newCopies(draft, name, { ...m, indexes: numbers(0, m.mirrors + 1), size, avoid: new Set() });
  const log = m.log === 'disk' ? newLog(draft, name, images, m) : undefined;
  return mirrorOver(images, { size, regionSize, log });
}

/** Everything is still to be copied from the first image to the others. */
export function mirrorOver(
  images: readonly string[],
  { size, regionSize, log }: { size: Extents; regionSize: Sectors; log: string | undefined },
): MirrorSegment {
  const areas = images.map((lv) => ({ lv, extent: 0 }));
  return compact<MirrorSegment>({ start: 0, count: size, type: 'mirror', areas, regionSize, log, resync: true });
}

interface Copies extends Pick<MirrorOptions, 'policy' | 'pvs' | 'ids'> {
  indexes: readonly number[];
  size: Extents;
  /** PVs that carry other images. */
  avoid: ReadonlySet<string>;
}

/** @throws DvmError `no-pv` (exit 80), `no-space` (exit 82) */
export function newCopies(draft: Draft, volume: string, { indexes, size, avoid, policy, pvs, ids }: Copies): string[] {
  const space = spaceBeside(draft, pvs, avoid);
  const wanted = { images: indexes.length, length: size, policy };
  const all = allocateImages(space.pvs, wanted);
  if (!all) throw noRoomForImages(draft, { what: `volume "${volume}"`, ...wanted }, space);
  return indexes.map((index, i) => newPart(draft, copyName(volume, index), all[i] ?? [], ids));
}

/**
 * One extent, on a PV without an image where there is one, else wherever; the fullest takes it, as LVM2 has it.
 *
 * @throws DvmError `no-pv` (exit 80), `no-space` (exit 82)
 */
export function newLog(draft: Draft, volume: string, images: readonly string[], o: Pick<MirrorOptions, 'pvs' | 'ids'>): string {
  const anywhere = spaceOf(draft, o.pvs);
  const found = inFullest(spaceBeside(draft, o.pvs, pvsUnder(draft.lvs, images))) ?? inFullest(anywhere);
  if (!found) throw noRoomForImages(draft, { what: `the log of volume "${volume}"`, images: 1, length: 1 }, anywhere);
  return newPart(draft, logName(volume), found, o.ids);
}

function inFullest({ pvs }: Space): Stretch[] | undefined {
  const fullest = [...pvs].reverse().sort((a, b) => totalOf(a.runs) - totalOf(b.runs));
  for (const pv of fullest) {
    const [found] = allocateImages([pv], { images: 1, length: 1, policy: 'normal' }) ?? [];
    if (found) return found;
  }
  return undefined;
}

function spaceBeside(draft: Draft, words: readonly string[], avoid: ReadonlySet<string>): Space {
  const { pvs, excluded } = spaceOf(draft, words);
  return { pvs: pvs.filter((s) => !avoid.has(s.pv)), excluded };
}

function checkMirrors(mirrors: number): void {
  if (Number.isInteger(mirrors) && mirrors >= 1 && mirrors < mostMirrored) return;
  throw fail('usage', 'bad-mirrors', `a mirror has from 1 to ${mostMirrored - 1} copies besides the first, not ${mirrors}`);
}
