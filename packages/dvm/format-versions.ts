import type { Change } from '#documents/diff.js';
import type { Lv, Pv } from '#metadata/metadata.js';
import { sizeOf } from '#metadata/segments.js';
import { canonical, sameJson } from '#tool/json.js';
import { textOf } from '#tool/printable.js';

/** `tm history` in words. */
export interface HistoryDocument {
  versions: { seqno: number; txn: string; time: string; length: number; host: string | null; copies: number }[];
}

export function describeHistory({ versions }: HistoryDocument): string {
  const rows = versions.map((v) => [
    String(v.seqno),
    when(v.time),
    v.txn.slice(0, 12),
    `${v.copies} ${v.copies === 1 ? 'copy' : 'copies'}`,
    v.host === null ? 'host unknown' : v.host === '' ? '' : `host ${v.host.slice(0, 8)}`,
  ]);
  const widths = rows.reduce((w, row) => row.map((cell, i) => Math.max(w[i] ?? 0, cell.length)), [] as number[]);
  const line = (row: string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padStart(widths[0] ?? 0) : cell.padEnd(widths[i] ?? 0))).join('  ');
  return textOf(rows.map((row) => line(row).trimEnd()));
}

function when(time: string): string {
  return time.replace('T', ' ').replace(/(\.\d+)?Z$/, '');
}

/** `tm diff` in words. */
export interface DiffDocument {
  from: { seqno: number; time: string };
  to: { seqno: number; time: string };
  changes: Change[];
}

export function describeDiff({ from, to, changes }: DiffDocument): string {
  const head = `version ${from.seqno} (${when(from.time)}) → version ${to.seqno} (${when(to.time)})`;
  const lines = changes.flatMap(wordsOf).map((line) => `  ${line}`);
  return textOf([head, ...(lines.length > 0 ? lines : ['  nothing differs'])]);
}

function wordsOf({ path, before, after }: Change): string[] {
  const [part, key = ''] = path;
  if (path.length === 2 && part === 'lvs') return volumeWords(before as Lv | null, after as Lv | null);
  if (path.length === 2 && part === 'pvs') return entityWords(`PV ${key}`, before as Pv | null, after as Pv | null);
  if (part === 'envelope' && path[1] === 'pvs')
    return entityWords(`device of PV ${path[2]}`, before as object | null, after as object | null);
  return [`${path.join('/')}: ${canonical(before)} → ${canonical(after)}`];
}

function volumeWords(before: Lv | null, after: Lv | null): string[] {
  const name = `volume "${(before ?? after)?.name}"`;
  if (!before || !after) return entityWords(name, before && sized(before), after && sized(after));
  const [old, now] = [sizeOf(before), sizeOf(after)];
  const { name: _, segments: __, ...rest } = before;
  const { name: to, segments: ___, ...others } = after;
  return [
    ...(to === before.name ? [] : [`${name}: renamed to "${to}"`]),
    ...(old === now ? [] : [`${name}: ${old} → ${now} extents`]),
    ...(old === now && !sameJson(before.segments, after.segments) ? [`${name}: lies elsewhere`] : []),
    ...fieldWords(name, rest, others),
  ];
}

function sized(lv: Lv): object {
  return { extents: sizeOf(lv) };
}

/** Added, removed, or field by field. */
function entityWords(name: string, before: object | null, after: object | null): string[] {
  if (before && after) return fieldWords(name, before, after);
  const facts = Object.entries(after ?? before ?? {}).map(([key, value]) => `${key} ${canonical(value)}`);
  return [`${name}: ${after ? 'new' : 'gone'}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`];
}

function fieldWords(name: string, before: object, after: object): string[] {
  const [old, now] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const keys = [...new Set([...old.keys(), ...now.keys()])].filter((key) => !sameJson(old.get(key), now.get(key)));
  const text = (value: unknown): string => (value === undefined ? 'none' : canonical(value));
  return keys.map((key) => `${name}: ${key} ${text(old.get(key))} → ${text(now.get(key))}`);
}
