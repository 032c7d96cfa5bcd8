import type { Sectors } from '#tool/units.js';
import { areaLength } from './kinds/kinds.js';
import { isPlain } from './kinds/plain.js';
import type { Lv, Metadata } from './metadata.js';

/** Sectors of a PV's device that somebody's data lies on. */
export interface Claim {
  pv: string;
  start: Sectors;
  length: Sectors;
  /** Whose data, and which part of it begins where: where claims of one `data` meet, they mean the same bytes. */
  data: string;
  /** For messages. */
  who: string;
}

type Ground = Pick<Metadata, 'vg' | 'pvs'>;

/** What a volume's segments lie on. Sectors, so that versions of different extent sizes compare. */
export function claimsOf({ vg, pvs }: Ground, id: string, lv: Lv): Claim[] {
  return lv.segments.flatMap((segment) => {
    const stripes = segment.areas.length;
    return segment.areas.flatMap(({ pv = '', extent }, column) => {
      const ground = pvs[pv];
      if (!ground) return [];
      const start = ground.dataStart + extent * vg.extentSize;
      // Rows of the volume lie on the device in their order: equal offsets between the two mean equal data.
      const offset = (segment.start * vg.extentSize) / stripes - start;
      const data = [id, stripes, column, isPlain(segment) ? (segment.stripeSize ?? 0) : segment.type, offset].join();
      return [{ pv, start, length: areaLength(segment) * vg.extentSize, data, who: `volume "${lv.name}"` }];
    });
  });
}

/** The extents that metadata regions take. */
export function reservedClaims({ vg, pvs }: Ground): Claim[] {
  return Object.entries(pvs).flatMap(([pv, { dataStart, reserved }]) =>
    (reserved ?? []).map(({ extent, count }) => ({
      pv,
      start: dataStart + extent * vg.extentSize,
      length: count * vg.extentSize,
      data: 'region',
      who: 'a metadata region',
    })),
  );
}

/** Claims of one version, to be asked which of them another one takes bytes from. */
export class ClaimMap<T extends Claim> {
  readonly #byPv = new Map<string, T[]>();

  /** @param claims not one over another, as in any sound version */
  constructor(claims: readonly T[]) {
    for (const c of claims) {
      const list = this.#byPv.get(c.pv);
      if (list) list.push(c);
      else this.#byPv.set(c.pv, [c]);
    }
    for (const list of this.#byPv.values()) list.sort((a, b) => a.start - b.start);
  }

  /** Those that overlap `other` and mean other data. */
  hitBy(other: Claim): T[] {
    const list = this.#byPv.get(other.pv) ?? [];
    const hit: T[] = [];
    for (let i = firstEndingAfter(list, other.start); i < list.length; i++) {
      const claim = list[i] as T;
      if (claim.start >= other.start + other.length) break;
      if (claim.data !== other.data) hit.push(claim);
    }
    return hit;
  }
}

/** By bisection: claims are in order and do not overlap. */
function firstEndingAfter(list: readonly Claim[], sector: Sectors): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { start, length } = list[middle] as Claim;
    if (start + length <= sector) low = middle + 1;
    else high = middle;
  }
  return low;
}
