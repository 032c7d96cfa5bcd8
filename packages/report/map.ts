import { areaLength } from '#metadata/kinds/kinds.js';
import { printable } from '#tool/printable.js';
import type { Unit } from './choices.js';
import { sizeText } from './size.js';
import type { PvView, VgView } from './views.js';

export interface MapOptions {
  width: number;
  colour: boolean;
  unit: Unit;
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const colours = [31, 32, 33, 34, 35, 36, 91, 92, 93, 94, 95, 96];
const FREE = -1;
const RESERVED = -2;

/** Extents of a PV that belong to one owner: the index of a volume, FREE or RESERVED. */
interface Run {
  start: number;
  end: number;
  owner: number;
}

/**
 * Each PV's extents as one line of cells: a letter for the volume that has most of the cell, `.` free, `#` reserved,
 * then what each letter stands for.
 */
export function formatMap(groups: readonly VgView[], options: MapOptions): string {
  return groups.map((vg) => formatGroup(vg, options)).join('\n');
}

function formatGroup(vg: VgView, options: MapOptions): string {
  const runs = runsByPv(vg);
  const known = vg.pvs.filter((p) => p.pv);
  const labels = known.map((p) => printable(p.label));
  const sizes = known.map((p) => sizeText((p.pv?.extents ?? 0) * vg.metadata.vg.extentSize, options.unit));
  const [labelWidth, sizeWidth] = [widest(labels), widest(sizes)];
  const cells = Math.max(8, options.width - labelWidth - sizeWidth - 4);
  const most = known.reduce((n, p) => Math.max(n, p.pv?.extents ?? 0), 0);
  let text = '';
  known.forEach((pv, i) => {
    const extents = pv.pv?.extents ?? 0;
    const own = Math.min(extents, Math.max(1, Math.round((cells * extents) / most)));
    const bar = paint(cellsOf(runs.get(pv.id) ?? [], extents, own), options.colour);
    text += `${labels[i]?.padEnd(labelWidth)}  ${sizes[i]?.padStart(sizeWidth)}  ${bar}\n`;
  });
  return text + legend(vg, options);
}

function widest(texts: readonly string[]): number {
  return texts.reduce((w, t) => Math.max(w, t.length), 0);
}

/** Who has which extents of each PV, in order; what no run covers is free. */
function runsByPv(vg: VgView): Map<string, Run[]> {
  const runs = new Map<string, Run[]>(vg.pvs.map((p) => [p.id, reservedRuns(p)]));
  vg.lvs.forEach(({ lv }, owner) => {
    for (const s of lv.segments)
      for (const a of s.areas) if (a.pv) runs.get(a.pv)?.push({ start: a.extent, end: a.extent + areaLength(s), owner });
  });
  for (const list of runs.values()) list.sort((a, b) => a.start - b.start);
  return runs;
}

function reservedRuns({ pv }: PvView): Run[] {
  return (pv?.reserved ?? []).map((r) => ({ start: r.extent, end: r.extent + r.count, owner: RESERVED }));
}

/** The owner of most extents of each cell; a cell has at least one. */
function cellsOf(runs: readonly Run[], extents: number, cells: number): number[] {
  let from = 0;
  return Array.from({ length: cells }, (_, i) => {
    const start = (i * extents) / cells;
    const end = ((i + 1) * extents) / cells;
    while (from < runs.length && (runs[from]?.end ?? 0) <= start) from++;
    return ownerOf(runs, from, start, end);
  });
}

function ownerOf(runs: readonly Run[], from: number, start: number, end: number): number {
  const share = new Map<number, number>();
  let free = end - start;
  for (let i = from; i < runs.length; i++) {
    const run = runs[i] as Run;
    if (run.start >= end) break;
    const part = Math.min(run.end, end) - Math.max(run.start, start);
    share.set(run.owner, (share.get(run.owner) ?? 0) + part);
    free -= part;
  }
  let [owner, most] = [FREE, free];
  for (const [who, part] of share) if (part > most) [owner, most] = [who, part];
  return owner;
}

function paint(owners: readonly number[], colour: boolean): string {
  let text = '';
  owners.forEach((owner, i) => {
    if (colour && owner !== owners[i - 1]) text += code(owner);
    text += letterOf(owner);
  });
  return colour ? `${text}\x1b[0m` : text;
}

function letterOf(owner: number): string {
  return owner === FREE ? '.' : owner === RESERVED ? '#' : (letters[owner % letters.length] as string);
}

function code(owner: number): string {
  return owner < 0 ? '\x1b[0m' : `\x1b[${colours[owner % colours.length]}m`;
}

function legend(vg: VgView, { colour, unit }: MapOptions): string {
  return vg.lvs
    .map(({ lv, extents }, i) => {
      const size = sizeText(extents * vg.metadata.vg.extentSize, unit);
      return `  ${paint([i], colour)} ${printable(lv.name)} ${size}\n`;
    })
    .join('');
}
