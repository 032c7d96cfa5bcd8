import { fail } from '#tool/errors.js';
import type { Draft } from './draft.js';
import { referencesOf } from './kinds/kinds.js';
import { findPvs } from './lookup.js';
import type { Lv } from './metadata.js';
import { listed } from './pv-edits.js';
import { dropIdleSpare, spareName } from './thin/spare.js';

/**
 * Divides a group at some of its PVs: what lies on them goes, with the PVs, or (`keep`) is all that stays. Volumes that stand
 * on one another lie where all of them do. The spare of thin pools, which would be a copy of nothing, is given up rather
 * than divided.
 *
 * @throws DvmError `no-pv` (exit 80), `volumes-straddle` (exit 83) naming the volumes that lie on both sides
 */
export function splitGroup(draft: Draft, words: readonly string[], keep: boolean): void {
  const pvs = new Set(findPvs(draft, words));
  const { here, straddling } = sidesOf(draft, pvs);
  if (straddling.length > 0) throw straddle(draft, straddling);
  for (const id of Object.keys(draft.lvs)) if (here.has(id) !== keep) draft.removeLv(id);
  for (const id of Object.keys(draft.pvs)) if (pvs.has(id) !== keep) draft.removePv(id);
  dropIdleSpare(draft);
}

/** Ids of the volumes that lie on the PVs, and of those that lie there in part. One that lies nowhere is not among them. */
function sidesOf(draft: Draft, pvs: ReadonlySet<string>): { here: Set<string>; straddling: string[] } {
  const here = new Set<string>();
  const straddling: string[] = [];
  for (const ids of standingTogether(draft.lvs)) {
    const used = new Set(ids.flatMap((id) => pvsOf(draft.lvs[id] as Lv)));
    const inside = [...used].filter((pv) => pvs.has(pv)).length;
    if (inside > 0 && inside < used.size) straddling.push(...ids);
    else if (inside > 0) for (const id of ids) here.add(id);
  }
  const spare = draft.idOf(spareName);
  if (spare !== undefined && straddling.includes(spare)) draft.removeLv(spare);
  return { here, straddling: straddling.filter((id) => id !== spare) };
}

function pvsOf({ segments }: Lv): string[] {
  return segments.flatMap((s) => s.areas.flatMap((a) => a.pv ?? []));
}

/** The volumes in sets that do not refer to one another. */
function standingTogether(lvs: Readonly<Record<string, Lv>>): string[][] {
  const setOf = new Map<string, string[]>();
  for (const id in lvs) setOf.set(id, [id]);
  for (const id in lvs)
    for (const { lv } of (lvs[id] as Lv).segments.flatMap(referencesOf)) {
      const [one, other] = [setOf.get(id), setOf.get(lv)];
      if (!one || !other || one === other) continue;
      const [larger, smaller] = one.length < other.length ? [other, one] : [one, other];
      larger.push(...smaller);
      for (const moved of smaller) setOf.set(moved, larger);
    }
  return [...new Set(setOf.values())];
}

function straddle(draft: Draft, ids: readonly string[]) {
  const volumes = ids.flatMap((id) => (draft.lvs[id]?.hidden ? [] : [draft.lvs[id]?.name ?? id])).sort();
  return fail('inUse', 'volumes-straddle', `${listed(volumes)} of ${draft.group} would be on both sides`, {
    hint: 'move what lies there to one side first: pv_move',
    details: { volumes },
  });
}
