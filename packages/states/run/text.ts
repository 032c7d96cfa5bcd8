import { printable } from '#tool/printable.js';
import type { StateResult, StateSummary } from '../documents/documents.js';

/** A result for people: a line, and what changed below it. */
export function resultText(r: StateResult, check: boolean): string {
  const mark = { succeeded: r.changed ? (check ? '~' : '*') : '=', failed: '!', skipped: '-', 'not-run': '.' }[r.result];
  const head = `${mark} ${printable(r.key)}  ${printable(r.comment)}`;
  const time = r.seconds >= 0.1 ? `  ${r.seconds.toFixed(1)} s` : '';
  const diff = (r.diff ?? '').split('\n').filter((line) => line !== '');
  return [`${head}${time}`, ...diff.map((line) => `    ${printable(line)}`), ''].join('\n');
}

/** The summary in a line. */
export function summaryText(s: StateSummary): string {
  const counts = (['succeeded', 'failed', 'skipped', 'not-run'] as const).filter((k) => s[k] > 0).map((k) => `${s[k]} ${k}`);
  const changed = s.check ? `${s.changed} would change` : `${s.changed} changed`;
  return `${[...counts, changed].join(', ')} in ${s.seconds.toFixed(1)} s${s.complete ? '' : '; the run was stopped'}\n`;
}

/** What goes on, for a terminal: rewritten in place. */
export function progressText(over: number, all: number, last: string, columns: number): string {
  return `\r\x1b[K${printable(`${over}/${all} ${last}`).slice(0, Math.max(10, columns - 1))}`;
}
