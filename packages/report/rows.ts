import { type Kind, kinds } from './choices.js';
import type { Row, VgView } from './views.js';

/** What a row is about. */

/** From coarse to fine: a row of a kind also knows what stands before it. */
const lineage: Record<Kind, readonly Kind[]> = { vg: ['vg'], pv: ['vg', 'pv'], lv: ['vg', 'lv'], seg: ['vg', 'lv', 'seg'] };

/** True when a row of kind `row` can tell a field of kind `field`. */
export function knows(row: Kind, field: Kind): boolean {
  return lineage[row].includes(field);
}

/** The finest of several kinds, when it knows all the others. */
export function finest(all: readonly Kind[]): Kind | undefined {
  return kinds.find((k) => all.includes(k) && all.every((other) => knows(k, other)));
}

/**
 * The rows of a kind. With a coarser `base` no base is lost: a volume without segments gives one row without a
 * segment.
 */
export function rowsOf(groups: readonly VgView[], kind: Kind, base: Kind, hidden: boolean): Row[] {
  const rows: Row[] = [];
  for (const vg of groups) {
    if (kind === 'vg') rows.push({ vg });
    else if (kind === 'pv') for (const pv of orNone(vg.pvs, base !== 'pv')) rows.push({ vg, pv });
    else addVolumes(rows, vg, kind, base, hidden);
  }
  return rows;
}

function addVolumes(rows: Row[], vg: VgView, kind: 'lv' | 'seg', base: Kind, hidden: boolean): void {
  const visible = hidden ? vg.lvs : vg.lvs.filter((v) => !v.lv.hidden);
  for (const lv of orNone(visible, base === 'vg')) {
    if (kind === 'lv') rows.push({ vg, lv });
    else for (const seg of orNone(lv?.lv.segments ?? [], base !== 'seg')) rows.push({ vg, lv, seg });
  }
}

function orNone<T>(items: readonly T[], keep: boolean): readonly (T | undefined)[] {
  return items.length === 0 && keep ? [undefined] : items;
}

/** The first of each run of rows with the same subject of kind `kind`. */
export function firstOfEach(rows: readonly Row[], kind: Kind): Row[] {
  return rows.filter((row, i) => i === 0 || row.vg !== rows[i - 1]?.vg || row[kind] !== rows[i - 1]?.[kind]);
}
