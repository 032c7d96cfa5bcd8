import { fail } from '#tool/errors.js';
import type { Sectors } from '#tool/units.js';
import type { Draft } from '../draft.js';
import { refuseIntegrityBelow } from '../integrity/give.js';
import { type Raid, unsound } from '../kinds/raid.js';
import type { PartIds } from '../layers.js';
import { findPvs, findVolume } from '../lookup.js';
import type { VolumeType } from '../lv-create.js';
import { checkStripes, defaultStripeSize } from '../lv-space.js';
import type { Lv } from '../metadata.js';
import { choose, takeOff } from './drop.js';
import { addMirrors, type Mirroring, mirrorLinear } from './mirrors.js';
import { beginReshape } from './reshape.js';
import { raidOf, refuseReshaping } from './resize.js';
import { shapeOfVolume } from './shape-of.js';
import { type Move, path, type Shape } from './shapes.js';
import { takeOver } from './takeover.js';

export interface Conversion {
  volume: string;
  type?: VolumeType | undefined;
  /** raid1: copies besides the first. */
  mirrors?: number | undefined;
  /** Images that hold data. */
  stripes?: number | undefined;
  stripeSize?: Sectors | undefined;
  regionSize?: Sectors | undefined;
  /** Whether the volume may become smaller. */
  force?: boolean;
  /** Where new images go; for fewer mirrors, which go. */
  pvs: readonly string[];
  partIds: PartIds;
}

/**
 * Changes what a volume consists of, not what is on it: the first step of the way to what was asked for. The next one is taken by
 * the same call once the kernel is done with this one.
 *
 * @returns notes for people
 * @throws DvmError `no-conversion`, `bad-mirrors`, `bad-stripes`, `bad-stripe-size`, `bad-region-size`, `bad-name` (exit 64),
 *   `reshaping` (exit 75), `no-volume`, `no-pv` (exit 80), `no-space` (exit 82), `not-in-sync`, `volume-shrinks`, `layered-image`, `has-integrity` (exit 83)
 */
export function convertVolume(draft: Draft, c: Conversion): string[] {
  const id = findVolume(draft, c.volume);
  const lv = draft.lvs[id] as Lv;
  const raid = raidOf(lv);
  if (raid) refuseReshaping(lv, raid);
  refuseIntegrityBelow(draft, lv);
  const copies = copiesWanted(lv, c, raid);
  if (copies !== undefined) return changeCopies(draft, id, copies, c);
  const from = shapeOfVolume(lv);
  const way = from && wayTo(draft, from, c);
  if (!way) throw noConversion(lv, c);
  const [move, ...rest] = way;
  if (!move) return [`volume "${lv.name}" already is ${inWords(from)}`];
  requireWhole(lv, raid);
  go(draft, id, move, c);
  return rest.length === 0
    ? []
    : [`volume "${lv.name}" is ${inWords(move.to)} now; still to come, by the same again: ${listed(rest)}`];
}

function wayTo({ vg: { extentSize } }: Draft, from: Shape, c: Conversion): Move[] | undefined {
  if (c.mirrors !== undefined && !(c.type === 'raid10' && c.mirrors === 1)) return undefined;
  if (c.type === undefined && c.stripes === undefined && c.stripeSize === undefined) return undefined;
  const stripeSize = c.stripeSize ?? (from.stripeSize || defaultStripeSize(extentSize));
  const data = c.stripes ?? Math.max(from.data, fewestData(c.type));
  checkStripes(Math.max(2, data), stripeSize, extentSize);
  const isType = ({ type }: Shape): boolean => isOf(type, c.type ?? from.type);
  const isLaidOut = (s: Shape): boolean => s.data === data && (s.stripeSize === stripeSize || s.stripeSize === 0);
  return path(from, (s) => isType(s) && isLaidOut(s), { data, stripeSize });
}

/** `raid5` and `raid6` are any of their kind. */
function isOf(type: Shape['type'], wanted: string): boolean {
  return wanted === 'raid5' || wanted === 'raid6' ? type.startsWith(wanted) : type === wanted;
}

function fewestData(type: string | undefined): number {
  return type === undefined || type === 'linear' || type === 'raid1' || type === 'raid4' || type.startsWith('raid5') ? 1 : 2;
}

function go(draft: Draft, id: string, { kind, to }: Move, c: Conversion): void {
  const lv = draft.lvs[id] as Lv;
  const { type } = to;
  const placing = { policy: lv.allocation ?? draft.vg.allocation, pvs: c.pvs, ids: c.partIds };
  if (type === 'linear') drop(draft, id, raidOf(lv) as Raid, 1, []);
  else if (type === 'raid1' && !raidOf(lv)) mirrorLinear(draft, id, { ...placing, count: 1, regionSize: c.regionSize });
  else if (kind === 'takeover') takeOver(draft, id, { ...to, level: type, ...placing, regionSize: c.regionSize });
  else if (type !== 'striped')
    beginReshape(draft, id, raidOf(lv) as Raid, { ...to, level: type, ...placing, force: c.force ?? false });
}

/** @throws DvmError `not-in-sync` (exit 83) */
function requireWhole(lv: Lv, raid: Raid | undefined): void {
  if (!raid || (unsound(raid).size === 0 && !raid.resync)) return;
  throw fail('inUse', 'not-in-sync', `images of volume "${lv.name}" are not whole: the kernel is still to build them`, {
    hint: 'wait until it has (vg_wait), or repair the volume first (lv_repair)',
  });
}

/** How many copies of a linear volume or raid1 there are to be; undefined where that is not what was asked for. */
function copiesWanted(lv: Lv, { type, mirrors, stripes, stripeSize }: Conversion, raid: Raid | undefined): number | undefined {
  if (mirrors !== undefined && (mirrors < 0 || !Number.isInteger(mirrors)))
    throw fail('usage', 'bad-mirrors', `number of mirrors ${mirrors} is not a whole number from 0`);
  const isCopies = raid?.level === 'raid1' || shapeOfVolume(lv)?.type === 'linear';
  if (!isCopies || (stripes ?? 1) !== 1 || stripeSize !== undefined) return undefined;
  if (type === 'linear') return mirrors === undefined || mirrors === 0 ? 1 : undefined;
  if (type === undefined) return mirrors === undefined ? undefined : mirrors + 1;
  return type === 'raid1' ? (mirrors ?? Math.max(1, (raid?.areas.length ?? 1) - 1)) + 1 : undefined;
}

function changeCopies(draft: Draft, id: string, wanted: number, c: Conversion): string[] {
  const lv = draft.lvs[id] as Lv;
  const raid = raidOf(lv);
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

function drop(draft: Draft, id: string, segment: Raid, left: number, pvs: readonly string[]): void {
  const gone = choose(draft, draft.lvs[id] as Lv, segment, left, pvs);
  takeOff(draft, id, segment, gone, (image) => draft.removeLv(image));
}

function inWords({ type, data, stripeSize }: Shape): string {
  return stripeSize === 0 ? type : `${type} of ${data} data stripe${data === 1 ? '' : 's'} of ${stripeSize / 2} KiB`;
}

function listed(moves: readonly Move[]): string {
  return moves.map((m) => inWords(m.to)).join(', then ');
}

function noConversion(lv: Lv, { type, mirrors }: Conversion): Error {
  const from = raidOf(lv)?.level ?? [...new Set(lv.segments.map((s) => s.type))].join(' and ');
  const to = type ?? (mirrors === undefined ? 'nothing else: no type is given' : `a raid1 of ${mirrors + 1} images`);
  return fail('usage', 'no-conversion', `volume "${lv.name}" is ${from}, and cannot become ${to}`, {
    hint: 'from linear or raid1 with one mirror to raid4 and raid5; from stripes to raid0, 4, 5, 6 and 10; --stripes changes how many there are',
  });
}
