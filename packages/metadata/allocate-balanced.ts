import type { Extents } from '#tool/units.js';
import type { PvSpace } from './allocate.js';
import { type Run, totalOf } from './runs.js';
import type { Row } from './segments.js';

interface Piece {
  pv: string;
  extent: Extents;
  count: Extents;
}

/**
 * `stripes` columns of `length` extents each out of all free extents, if there are enough at all.
 *
 * The pieces of the PVs are laid end to end and wrapped at the foot of each column (McNaughton's rule for
 * scheduling machines). With `distinct` a PV gives at most `length` extents, so that what wraps
 * into the next column lies in other rows: no row then has two stripes on one PV, and the rule finds a plan
 * whenever one exists.
 */
export function balanced(space: readonly PvSpace[], stripes: number, length: Extents, distinct: boolean): Row[] | undefined {
  const capped = space
    .map((s) => ({ ...s, have: Math.min(totalOf(s.runs), distinct ? length : Number.POSITIVE_INFINITY) }))
    .sort((a, b) => b.have - a.have);
  const pieces = capped.flatMap((s) => piecesOf(s, s.have));
  if (pieces.reduce((n, p) => n + p.count, 0) < stripes * length) return undefined;
  return rowsOf(wrap(pieces, stripes, length));
}

/** The PV's largest runs, `count` extents in all. */
function piecesOf({ pv, runs }: PvSpace, count: Extents): Piece[] {
  const largestFirst = (a: Run, b: Run): number => b.count - a.count || a.start - b.start;
  const pieces: Piece[] = [];
  let left = count;
  for (const run of [...runs].sort(largestFirst)) {
    if (left === 0) break;
    const taken = Math.min(run.count, left);
    pieces.push({ pv, extent: run.start, count: taken });
    left -= taken;
  }
  return pieces;
}

function wrap(pieces: Piece[], stripes: number, length: Extents): Piece[][] {
  const columns: Piece[][] = Array.from({ length: stripes }, () => []);
  let at = 0; // extents laid so far
  for (const piece of pieces) {
    for (let used = 0; used < piece.count && at < stripes * length; ) {
      const count = Math.min(piece.count - used, length - (at % length));
      columns[Math.floor(at / length)]?.push({ pv: piece.pv, extent: piece.extent + used, count });
      used += count;
      at += count;
    }
  }
  return columns;
}

/** Cuts the columns at every piece's end, so that each row has one area a column. */
function rowsOf(columns: Piece[][]): Row[] {
  const at = columns.map(() => ({ piece: 0, used: 0 }));
  const rows: Row[] = [];
  for (;;) {
    const current = columns.map((c, i) => c[at[i]?.piece ?? 0]);
    if (current.some((p) => p === undefined)) return rows;
    const pieces = current as Piece[];
    const length = Math.min(...pieces.map((p, i) => p.count - (at[i]?.used ?? 0)));
    rows.push({ areas: pieces.map((p, i) => ({ pv: p.pv, extent: p.extent + (at[i]?.used ?? 0) })), length });
    at.forEach((cursor, i) => {
      cursor.used += length;
      if (cursor.used === pieces[i]?.count) Object.assign(cursor, { piece: cursor.piece + 1, used: 0 });
    });
  }
}
