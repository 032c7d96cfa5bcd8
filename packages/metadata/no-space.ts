import type { DvmError } from '#tool/errors.js';
import { fail } from '#tool/errors.js';
import { type Extents, formatSize } from '#tool/units.js';
import { type AllocationRequest, allocate } from './allocate.js';
import { largestPossible } from './allocate-most.js';
import type { Draft } from './draft.js';
import { pvName } from './lookup.js';
import type { AllocationPolicy } from './metadata.js';
import { totalOf } from './runs.js';
import type { Space } from './space.js';

/** The error for a request that has no plan: the numbers, what the policy forbids, and what would help. */
export function noSpace(draft: Draft, what: string, request: AllocationRequest, space: Space): DvmError {
  const needed = request.stripes * request.length;
  const pvs = request.space.map((s) => ({
    pv: s.pv,
    name: pvName(draft, s.pv),
    free: totalOf(s.runs),
    largest: s.runs.reduce((n, r) => Math.max(n, r.count), 0),
  }));
  const free = pvs.reduce((n, p) => n + p.free, 0);
  const possible = largestPossible(request) * request.stripes;
  const size = (n: Extents): string => `${n} extents (${formatSize(n * draft.vg.extentSize)})`;
  const why = free < needed ? `${size(free)} are free` : `${size(free)} are free, but ${forbidden(request)}`;
  return fail('noSpace', 'no-space', `${what} needs ${size(needed)}: ${why}`, {
    hint: `${possible > 0 ? `at most ${size(possible)} are possible; ` : ''}${remedy(request, space, free, needed)}`,
    details: {
      needed,
      free,
      possible,
      stripes: request.stripes,
      policy: request.policy,
      pvs,
      excluded: [...space.excluded].map(([pv, reason]) => ({ pv, name: pvName(draft, pv), reason })),
    },
  });
}

function forbidden({ policy, stripes, tails }: AllocationRequest): string {
  const each = stripes === 1 ? '' : 'for each stripe ';
  if (policy === 'contiguous')
    return tails
      ? `not right behind the end of the volume, where policy "contiguous" needs them`
      : `not in one run ${each}on one PV`.trim();
  if (policy === 'cling')
    return tails
      ? `not on the PVs the volume lies on, where policy "cling" needs them`
      : `not ${each}on one PV or on PVs that share a tag`;
  return `${stripes} stripes need as many different PVs with enough room under policy "${policy}"`;
}

function remedy(request: AllocationRequest, space: Space, free: Extents, needed: Extents): string {
  const [excluded] = space.excluded;
  const laxer: AllocationPolicy[] = ['cling', 'normal', 'anywhere'];
  const allowed = laxer.slice(laxer.indexOf(request.policy as 'cling') + 1).find((policy) => allocate({ ...request, policy }));
  if (allowed) return `--allocation ${allowed} would do`;
  if (free >= needed && request.stripes > 1) return 'use fewer stripes, or add PVs with pv_add';
  if (excluded)
    return `PV ${excluded[0]} is left out because it is ${excluded[1]}; otherwise add PVs with pv_add or remove volumes`;
  return 'add PVs with pv_add, or remove or reduce volumes';
}
