import type { Draft } from './draft.js';
import { partsOf, referencesOf } from './kinds/kinds.js';
import type { Segment } from './metadata.js';

/**
 * The PVs of the other images of the redundant volume that a hidden volume is an image of: losing one device must never
 * take two of them. Empty for volumes that stand by themselves.
 */
export function siblingPvs({ lvs }: Draft, id: string): Set<string> {
  const owner = Object.values(lvs)
    .flatMap((lv) => lv.segments)
    .find((s) => s.areas.length > 1 && referencesOf(s).some((r) => r.lv === id && r.role === 'part'));
  const others = owner ? legsOf(owner).filter((leg) => !leg.includes(id)) : [];
  return new Set(others.flat().flatMap((lv) => pvsBelow(lvs, lv)));
}

/** What belongs together in a redundant segment: an image, and its metadata where it has some. */
function legsOf(segment: Segment): string[][] {
  const metas = 'metas' in segment && Array.isArray(segment.metas) ? (segment.metas as string[]) : [];
  return segment.areas.map(({ lv }, i) => [lv, metas[i]].filter((x) => x !== undefined));
}

function pvsBelow(lvs: Draft['lvs'], id: string): string[] {
  return [id, ...partsOf(lvs, id)].flatMap((lv) => lvs[lv]?.segments.flatMap((s) => s.areas.flatMap((a) => a.pv ?? [])) ?? []);
}
