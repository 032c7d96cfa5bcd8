import type { Problem } from './check.js';
import { type Changed, collide } from './check-changes.js';
import type { Draft } from './draft.js';
import { areaLength } from './kinds/kinds.js';
import type { Run } from './runs.js';
import { overlap, usedExtents } from './used.js';

/** A run with who uses it, for messages. */
interface Use extends Run {
  who: string;
}

/**
 * Extents that are used twice, or used although reserved. By whom is found out only where there are any.
 *
 * @param changed the volumes that are not known to be sound; undefined: any may not be
 */
export function checkExtents(draft: Draft, changed?: Changed): Problem[] {
  const any = changed ? collide(draft, changed) : [...usedExtents(draft.pvs, draft.lvs).values()].some(overlap);
  if (!any) return [];
  return [...usesByPv(draft)].flatMap(([pv, uses]) => overlaps(pv, uses));
}

function usesByPv({ pvs, lvs }: Draft): Map<string, Use[]> {
  const byPv = new Map<string, Use[]>();
  for (const [id, pv] of Object.entries(pvs))
    byPv.set(
      id,
      (pv.reserved ?? []).map((r) => ({ start: r.extent, count: r.count, who: 'a metadata region' })),
    );
  for (const lv of Object.values(lvs))
    for (const segment of lv.segments) {
      const count = areaLength(segment);
      for (const { pv, extent } of segment.areas) byPv.get(pv ?? '')?.push({ start: extent, count, who: lv.name });
    }
  return byPv;
}

function overlaps(pv: string, uses: Use[]): Problem[] {
  const out: Problem[] = [];
  let last: Use | undefined; // the one that reaches farthest
  for (const use of uses.sort((a, b) => a.start - b.start)) {
    const end = last ? last.start + last.count : 0;
    if (last && use.start < end) {
      const upTo = Math.min(end, use.start + use.count) - 1;
      out.push({
        code: 'used-twice',
        id: pv,
        message: `extents ${use.start}-${upTo} of PV "${pv}" are used by ${last.who} and ${use.who}`,
      });
    }
    if (use.start + use.count > end) last = use;
  }
  return out;
}
