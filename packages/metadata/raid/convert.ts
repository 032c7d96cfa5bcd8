import { fail } from '#tool/errors.js';
import type { Sectors } from '#tool/units.js';
import type { Draft } from '../draft.js';
import type { Raid } from '../kinds/raid.js';
import type { PartIds } from '../layers.js';
import { findPvs, findVolume } from '../lookup.js';
import type { VolumeType } from '../lv-create.js';
import type { Lv } from '../metadata.js';
import { choose, takeOff } from './drop.js';
import { addMirrors, isLinear, type Mirroring, mirrorLinear } from './mirrors.js';
import { raidOf } from './resize.js';

export interface Conversion {
  volume: string;
  type?: VolumeType | undefined;
  /** raid1: copies besides the first. */
  mirrors?: number | undefined;
  regionSize?: Sectors | undefined;
  /** Where new images go; for fewer mirrors, which go. */
  pvs: readonly string[];
  partIds: PartIds;
}

/**
 * Changes what a volume consists of, not what is on it.
 *
 * @returns notes for people
 * @throws DvmError `no-conversion`, `bad-mirrors`, `bad-region-size`, `bad-name` (exit 64), `no-volume`, `no-pv` (exit 80),
 *   `no-space` (exit 82), `not-in-sync` (exit 83)
 */
export function convertVolume(draft: Draft, c: Conversion): string[] {
  const id = findVolume(draft, c.volume);
  const lv = draft.lvs[id] as Lv;
  const raid = raidOf(lv);
  const wanted = copiesWanted(c, raid);
  if (wanted === undefined || !(isLinear(lv) || raid?.level === 'raid1')) throw noConversion(lv, c);
  if (wanted === (raid?.areas.length ?? 1))
    return [`volume "${lv.name}" already is a ${raid ? `raid1 of ${wanted} images` : 'linear one'}`];
  const mirroring = (count: number): Mirroring => ({
    ...{ count, regionSize: c.regionSize, policy: lv.allocation ?? draft.vg.allocation, pvs: c.pvs, ids: c.partIds },
  });
  if (!raid) mirrorLinear(draft, id, mirroring(wanted - 1));
  else if (wanted > raid.areas.length) addMirrors(draft, id, raid, mirroring(wanted - raid.areas.length));
  else drop(draft, id, raid, wanted, findPvs(draft, c.pvs));
  return [];
}

/** How many images the volume is to have; undefined where that is not what was asked for. */
function copiesWanted({ type, mirrors }: Conversion, raid: Raid | undefined): number | undefined {
  if (mirrors !== undefined && (mirrors < 0 || !Number.isInteger(mirrors)))
    throw fail('usage', 'bad-mirrors', `number of mirrors ${mirrors} is not a whole number from 0`);
  if (type === 'linear') return mirrors === undefined || mirrors === 0 ? 1 : undefined;
  if (type === undefined) return mirrors === undefined ? undefined : mirrors + 1;
  return type === 'raid1' ? (mirrors ?? Math.max(1, (raid?.areas.length ?? 1) - 1)) + 1 : undefined;
}

function drop(draft: Draft, id: string, segment: Raid, left: number, pvs: readonly string[]): void {
  const gone = choose(draft, draft.lvs[id] as Lv, segment, left, pvs);
  takeOff(draft, id, segment, gone, (image) => draft.removeLv(image));
}

function noConversion(lv: Lv, { type, mirrors }: Conversion): Error {
  const from = raidOf(lv)?.level ?? [...new Set(lv.segments.map((s) => s.type))].join(' and ');
  const to = type ?? (mirrors === undefined ? 'nothing else: no type is given' : `a raid1 of ${mirrors + 1} images`);
  return fail('usage', 'no-conversion', `volume "${lv.name}" is ${from}, and cannot become ${to}`, {
    hint: 'linear becomes raid1 and back (--type raid1 --mirrors N, --type linear); raid1 takes more and fewer mirrors',
  });
}
