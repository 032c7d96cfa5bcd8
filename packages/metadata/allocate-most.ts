import type { Extents } from '#tool/units.js';
import { type AllocationRequest, allocate, greedy } from './allocate.js';
import { totalOf } from './runs.js';
import type { Row } from './segments.js';

/**
 * As much of a request as is possible; nothing only where not one extent a stripe is.
 * PVs are chosen as for the whole request, as LVM2 does, where that gives as much.
 */
export function allocateMost(request: AllocationRequest): Row[] | undefined {
  const whole = allocate(request);
  if (whole) return whole;
  const length = largestPossible(request);
  if (length === 0) return undefined;
  const { rows, left } = greedy(request);
  return left === request.length - length && request.policy !== 'contiguous' ? rows : allocate({ ...request, length });
}

/** The largest stripe length up to `request.length` that can be allocated; 0 when nothing can. By bisection. */
export function largestPossible(request: AllocationRequest): Extents {
  const free = request.space.reduce((n, s) => n + totalOf(s.runs), 0);
  let low = 0;
  let high = Math.min(request.length, Math.floor(free / request.stripes));
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (allocate({ ...request, length: middle })) low = middle;
    else high = middle - 1;
  }
  return low;
}
