import type { Extents } from '#tool/units.js';
import { allocate, type PvSpace, type Tail } from './allocate.js';
import type { AllocationPolicy } from './metadata.js';
import { totalOf } from './runs.js';
import type { Row } from './segments.js';

/** Extents of one PV. */
export interface Stretch {
  pv: string;
  extent: Extents;
  length: Extents;
}

/**
 * Extents for new images of a redundant volume, for each image as many stretches as it takes; nothing where that cannot
 * be. No PV carries two images, whatever the policy: the loss of one must not take two.
 *
 * One row of one run each, as for stripes, where there is one (as LVM2 chooses); else PVs are dealt out, the largest
 * first, each to the image that has least so far. `contiguous`: one row or nothing; `cling`: one PV an image.
 */
export function allocateImages(
  space: readonly PvSpace[],
  { images, length, policy }: { images: number; length: Extents; policy: AllocationPolicy },
): Stretch[][] | undefined {
  const [row] = allocate({ policy: 'contiguous', stripes: images, length, space }) ?? [];
  if (row) return row.areas.map((area) => [{ ...area, length }]);
  if (policy === 'contiguous') return undefined;
  const dealt = deal(space, images, length, policy === 'cling');
  return dealt && allOf(dealt.map((pvs) => stretches(allocate({ policy: 'normal', stripes: 1, length, space: pvs }))));
}

/**
 * `length` more extents for each of several images: behind its end, on the PVs that it lies on, then on PVs that carry
 * none of the images.
 */
export function extendImages(
  space: readonly PvSpace[],
  { tails, length, policy }: { tails: readonly Tail[]; length: Extents; policy: AllocationPolicy },
): Stretch[][] | undefined {
  const owned = new Set(tails.flatMap((t) => t.pvs));
  const mayLeave = policy === 'normal' || policy === 'anywhere';
  const spare = bySize(mayLeave ? space.filter((s) => !owned.has(s.pv)) : []);
  const behind = policy === 'contiguous' ? policy : 'normal';
  const grown = tails.map((tail) => {
    const pvs = space.filter((s) => tail.pvs.includes(s.pv));
    const find = (): Row[] | undefined => allocate({ policy: behind, stripes: 1, length, space: pvs, tails: [tail] });
    let rows = find();
    while (!rows && spare.length > 0) {
      pvs.push(spare.shift() as PvSpace);
      rows = find();
    }
    return stretches(rows);
  });
  return allOf(grown);
}

/** The first `length` extents of some stretches, and what is left of them. */
export function cut(all: readonly Stretch[], length: Extents): { first: Stretch[]; rest: Stretch[] } {
  const first: Stretch[] = [];
  const rest: Stretch[] = [];
  let left = length;
  for (const s of all) {
    const taken = Math.min(left, s.length);
    if (taken > 0) first.push({ ...s, length: taken });
    if (taken < s.length) rest.push({ pv: s.pv, extent: s.extent + taken, length: s.length - taken });
    left -= taken;
  }
  return { first, rest };
}

/** PVs for each image, together large enough; largest first, each to the image with least. */
function deal(space: readonly PvSpace[], images: number, length: Extents, single: boolean): PvSpace[][] | undefined {
  const hands = Array.from({ length: images }, () => ({ pvs: [] as PvSpace[], total: 0 }));
  for (const pv of bySize(space)) {
    const poorest = hands.reduce((a, b) => (b.total < a.total ? b : a));
    if (poorest.total >= length || (single && poorest.pvs.length > 0)) break;
    poorest.pvs.push(pv);
    poorest.total += totalOf(pv.runs);
  }
  return hands.every((h) => h.total >= length) ? hands.map((h) => h.pvs) : undefined;
}

function bySize(space: readonly PvSpace[]): PvSpace[] {
  return space.toSorted((a, b) => totalOf(b.runs) - totalOf(a.runs));
}

function stretches(rows: readonly Row[] | undefined): Stretch[] | undefined {
  return rows?.flatMap(({ areas, length }) => areas.map((area) => ({ ...area, length })));
}

function allOf<T>(items: readonly (T | undefined)[]): T[] | undefined {
  return items.every((i) => i !== undefined) ? (items as T[]) : undefined;
}
