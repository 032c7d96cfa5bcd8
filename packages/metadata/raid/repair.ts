import { fail } from '#tool/errors.js';
import { compact } from '../compact.js';
import type { Draft } from '../draft.js';
import { addIntegrity, type IntegrityOptions } from '../integrity/change.js';
import { integrityOfImages } from '../integrity/give.js';
import { areaLength, partsOf } from '../kinds/kinds.js';
import { type Raid, unsound } from '../kinds/raid.js';
import { survives } from '../kinds/raid-levels.js';
import { findPvs } from '../lookup.js';
import type { Area, Lv } from '../metadata.js';
import type { Repair } from '../repair.js';
import { sizeOf } from '../segments.js';
import { imagesOn } from './drop.js';
import { partsOfImage, pvsUnder } from './images.js';
import { placeImages } from './mirrors.js';
import { refuseReshaping } from './resize.js';

/**
 * Replaces the images of a raid volume that lie on missing devices, that the kernel has given up, or that are named, by new ones on
 * other PVs. The kernel is to build them.
 *
 * @returns notes for people
 * @throws DvmError `reshaping` (exit 75), `no-pv` (exit 80), `no-space` (exit 82), `too-few-images` (exit 84)
 */
export function repairRaid(draft: Draft, id: string, segment: Raid, r: Omit<Repair, 'volume'>): string[] {
  const lv = draft.lvs[id] as Lv;
  const gone = [...new Set([...lostImages(draft, segment), ...imagesOn(draft, segment, findPvs(draft, r.replace))])].sort(
    (a, b) => a - b,
  );
  if (gone.length === 0) return [`volume "${lv.name}" has all its images: nothing to repair`];
  refuseReshaping(lv, segment);
  refuseTooFew(lv, segment, gone);
  const checksums = integrityOfImages(draft, segment);
  const whole = replaced(draft, lv, segment, gone, r);
  draft.setLv(id, { ...lv, segments: [whole] });
  if (checksums) giveNewImages(draft, whole, gone, { ...checksums, pvs: [], partIds: r.partIds });
  const list = gone.map((i) => `${i}`).join(', ');
  return [`volume "${lv.name}": image ${list} replaced; the kernel builds what is new while the volume is in use`];
}

/** New images get checksums as the others have them. */
function giveNewImages(draft: Draft, { areas }: Raid, fresh: readonly number[], options: IntegrityOptions): void {
  const images = areas.flatMap((a) => a.lv ?? []);
  for (const i of fresh) {
    const image = images[i] ?? '';
    addIntegrity(
      draft,
      image,
      options,
      images.filter((other) => other !== image),
    );
  }
}

/** Images on missing devices, and those that the kernel has given up. */
function lostImages(draft: Draft, segment: Raid): number[] {
  const { devices, pvs } = draft;
  const missing = devices ? Object.keys(pvs).filter((pv) => !devices[pv]) : [];
  return [...imagesOn(draft, segment, missing), ...(segment.failed ?? [])];
}

function refuseTooFew(lv: Lv, segment: Raid, gone: readonly number[]): void {
  const without = [...new Set([...gone, ...unsound(segment)])];
  if (survives(segment.level, segment.areas.length, without)) return;
  const left = segment.areas.length - without.length;
  throw fail(
    'outOfSync',
    'too-few-images',
    `volume "${lv.name}" is a ${segment.level} of ${segment.areas.length} images, and only ${left} are whole`,
    {
      hint: 'bring the missing devices back; what is left can be read with --activation-mode partial',
      details: { lost: gone, unsound: [...unsound(segment)] },
    },
  );
}

function replaced(draft: Draft, lv: Lv, segment: Raid, gone: readonly number[], r: Omit<Repair, 'volume'>): Raid {
  const parts = [...segment.areas.keys()].flatMap((i) => partsOfImage(segment, i));
  const avoid = pvsUnder(draft.lvs, parts); // those of failed images too: the device is what failed
  const meta = Math.max(...(segment.metas ?? []).map((m) => sizeOf(draft.lvs[m] as Lv)));
  const old = gone.flatMap((i) => partsOfImage(segment, i));
  for (const part of old.flatMap((of) => [of, ...partsOf(draft.lvs, of)])) draft.removeLv(part);
  const policy = lv.allocation ?? draft.vg.allocation;
  const added = placeImages(draft, {
    ...{ volume: lv.name, indexes: gone, size: areaLength(segment), meta, avoid, policy, pvs: r.pvs, ids: r.partIds },
  });
  const put = <T>(list: readonly T[], fresh: readonly T[]): T[] =>
    list.map((old, i) => (gone.includes(i) ? (fresh[gone.indexOf(i)] as T) : old));
  const keep = (list: readonly number[] = []): number[] | undefined => none(list.filter((i) => !gone.includes(i)));
  return compact<Raid>({
    ...segment,
    areas: put<Area>(segment.areas, added.areas),
    metas: put(segment.metas ?? [], added.metas),
    rebuild: [...(keep(segment.rebuild) ?? []), ...gone].sort((a, b) => a - b),
    syncing: keep(segment.syncing),
    failed: keep(segment.failed),
  });
}

function none(list: number[]): number[] | undefined {
  return list.length > 0 ? list : undefined;
}
