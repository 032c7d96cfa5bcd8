import type { Extents } from '#tool/units.js';
import { adjacentRow, spaceWithout } from './allocate-adjacent.js';
import { balanced } from './allocate-balanced.js';
import { Pool } from './allocate-pool.js';
import type { AllocationPolicy } from './metadata.js';
import type { Run } from './runs.js';
import type { Row } from './segments.js';

/** Free extents of one PV that a request may use. */
export interface PvSpace {
  readonly pv: string;
  readonly tags: readonly string[];
  /** In order of start, without overlaps. */
  readonly runs: readonly Run[];
}

/** What one stripe of an existing volume already lies on. */
export interface Tail {
  /** PV and extent that the stripe's last area ends before. */
  readonly pv: string;
  readonly end: Extents;
  /** All PVs that the stripe lies on, that of the last area first. */
  readonly pvs: readonly string[];
}

export interface AllocationRequest {
  readonly policy: AllocationPolicy;
  readonly stripes: number;
  /** Extents of each stripe. */
  readonly length: Extents;
  /** PVs in order of preference. */
  readonly space: readonly PvSpace[];
  /** One for each stripe when a volume of as many stripes is extended. */
  readonly tails?: readonly Tail[] | undefined;
}

/**
 * Finds extents for a request, or nothing. Pure: the same request always gives the same rows.
 *
 * The stricter ways are tried first, as LVM2 does: right behind the volume's end; on the PVs that the stripes
 * already lie on; one run of each PV, PVs with more of what is needed first, else in the order of `space`.
 * Where that gets stuck although there is room, the extents are balanced over the PVs (docs/formats/metadata.md).
 *
 * Promises by policy: `contiguous`: one run a stripe, behind the end of the volume. `cling`: each stripe stays on
 * its PV, or on PVs that share a tag with it. `normal`: the stripes of a row lie on different PVs. `anywhere`: none.
 */
export function allocate(request: AllocationRequest): Row[] | undefined {
  if (request.policy === 'contiguous') return contiguous(request);
  const whole = request.tails ? undefined : contiguous(request);
  if (whole) return whole;
  const { rows, left } = greedy(request);
  if (left === 0) return rows;
  if (request.policy === 'cling') return undefined;
  return balanced(request.space, request.stripes, request.length, request.policy === 'normal');
}

function contiguous(request: AllocationRequest): Row[] | undefined {
  const { tails, length } = request;
  const row = tails ? adjacentRow(request, tails) : new Pool(request.space).spread(request.stripes, length);
  return row && row.length === length ? [row] : undefined;
}

/** The rows that the stricter ways find one after the other, and how much of each stripe is `left` when they get stuck. */
export function greedy(request: AllocationRequest): { rows: Row[]; left: Extents } {
  const { space, stripes, policy, tails } = request;
  const adjacent = tails && adjacentRow(request, tails);
  const rows: Row[] = adjacent ? [adjacent] : [];
  const pool = new Pool(adjacent ? spaceWithout(space, adjacent) : space);
  let left = request.length - (adjacent?.length ?? 0);
  const fill = (next: (need: Extents) => Row | undefined): void => {
    for (let row = left > 0 ? next(left) : undefined; row; row = left > 0 ? next(left) : undefined) {
      rows.push(row);
      left -= row.length;
    }
  };
  if (policy === 'cling') {
    const places = clingPlaces(request, pool);
    fill((need) => pool.along(places, need));
  } else {
    const places = tails?.map((t) => t.pvs) ?? [];
    fill((need) => pool.along(places, need));
    fill((need) => pool.alongLast(need) ?? pool.spread(stripes, need));
  }
  return { rows, left };
}

/** For each stripe the PVs it may lie on: those it lies on, then those that share a tag with the first of them. */
function clingPlaces({ tails, space, stripes, length }: AllocationRequest, pool: Pool): string[][] {
  const own = tails?.map((t) => t.pvs) ?? pool.roomiest(stripes, length).map((pv) => [pv]);
  return own.map((pvs) => [...new Set([...pvs, ...tagged(space, pvs[0])])]);
}

function tagged(space: readonly PvSpace[], pv: string | undefined): string[] {
  const tags = new Set(space.find((s) => s.pv === pv)?.tags);
  return space.filter((s) => s.tags.some((t) => tags.has(t))).map((s) => s.pv);
}
