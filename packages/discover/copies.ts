import { fail } from '#tool/errors.js';

/** Where a copy of a group's metadata may be kept. */
export interface Place {
  /** Whatever the caller calls it; as far as there are no disks, places are taken to lie as they are listed. */
  id: string;
  /** What fails together: the whole disk that a partition is on. */
  disk: string;
  /** It has a copy already. */
  carries: boolean;
}

/**
 * How many devices of a group carry its metadata unless more or fewer are asked for (docs/decisions/0003-eight-copies.md).
 * A group of no more devices has it on all of them.
 */
export const COPIES = 8;

/**
 * The places that get a copy besides those that have one, so that `copies` of them have it, on as many disks as may be: the
 * fewest that do. Of places that are equally good, the one farthest from those that carry. Pure.
 */
export function placesToCarry(places: readonly Place[], copies: number): string[] {
  const carrying = new Set(places.filter((p) => p.carries));
  const chosen: string[] = [];
  for (;;) {
    const next = nextPlace(places, carrying, copies);
    if (!next) return chosen;
    carrying.add(next);
    chosen.push(next.id);
  }
}

/** The first of `placesToCarry`. */
export function placeToCarry(places: readonly Place[], copies: number): string | undefined {
  return nextPlace(places, new Set(places.filter((p) => p.carries)), copies)?.id;
}

function nextPlace(places: readonly Place[], carrying: ReadonlySet<Place>, copies: number): Place | undefined {
  const best = bestOf(places, carrying);
  return best && isNeeded(best, carrying, copies) ? best : undefined;
}

/** Short of copies; or short of disks, and this is another one. */
function isNeeded(place: Place, carrying: ReadonlySet<Place>, copies: number): boolean {
  const disks = new Set([...carrying].map((p) => p.disk));
  return carrying.size < copies || (disks.size < copies && !disks.has(place.disk));
}

function bestOf(places: readonly Place[], carrying: ReadonlySet<Place>): Place | undefined {
  const perDisk = new Map<string, number>();
  for (const { disk } of carrying) perDisk.set(disk, (perDisk.get(disk) ?? 0) + 1);
  const distances = distancesTo(places, carrying);
  const rank = (i: number): [number, number] => [perDisk.get(places[i]?.disk ?? '') ?? 0, -(distances[i] as number)];
  const candidates = places.flatMap((p, i) => (carrying.has(p) ? [] : [i]));
  const best = candidates.reduce<number | undefined>((a, b) => (a === undefined || isLess(rank(b), rank(a)) ? b : a), undefined);
  return best === undefined ? undefined : places[best];
}

function isLess([a, b]: [number, number], [c, d]: [number, number]): boolean {
  return a < c || (a === c && b < d);
}

/** Of each place, how far it is in the list to the nearest one that carries. */
function distancesTo(places: readonly Place[], carrying: ReadonlySet<Place>): number[] {
  const out = places.map(() => places.length);
  for (const step of [1, -1])
    for (let n = 0, distance = places.length; n < places.length; n++) {
      const i = step > 0 ? n : places.length - 1 - n;
      distance = carrying.has(places[i] as Place) ? 0 : distance + 1;
      out[i] = Math.min(out[i] as number, distance);
    }
  return out;
}

/**
 * A number of copies as an option says it, `8` or `all`.
 *
 * @throws DvmError `bad-copies` (exit 64)
 */
export function parseCopies(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === 'all') return Number.POSITIVE_INFINITY;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw fail('usage', 'bad-copies', `"${text}" is no number of copies`, { hint: 'write a number from 1 on, or all' });
}
