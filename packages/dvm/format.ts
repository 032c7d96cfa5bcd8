import type { Inventory, LabelDocument } from '#discover/documents.js';
import type { Devices } from '#documents/devices.js';
import type { Change } from '#documents/diff.js';
import type { Verification } from '#tm/verify.js';
import { canonical } from '#tool/json.js';
import { textOf } from '#tool/printable.js';
import { formatSize } from '#tool/units.js';
import { describeVerification } from './format-check.js';
import { describeFs, type FsDocument } from './format-fs.js';
import { type DiffDocument, describeDiff, describeHistory, type HistoryDocument } from './format-versions.js';

/** Documents in words, for people at a terminal. `--json` shows them as they are. */
export function describe(document: unknown): string {
  if (Array.isArray(document)) return document.map(describe).join('');
  const doc = document as { kind?: string };
  if (doc?.kind === 'label') return describeLabel(document as LabelDocument);
  if (doc?.kind === 'inventory') return describeInventory(document as Inventory);
  if (doc?.kind === 'transaction') return describeTransaction(document as Transaction);
  if (doc?.kind === 'dry-run') return describeDryRun(document as DryRun);
  if (doc?.kind === 'verification') return describeVerification(document as Verification);
  if (doc?.kind === 'history') return describeHistory(document as HistoryDocument);
  if (doc?.kind === 'diff') return describeDiff(document as DiffDocument);
  if (doc?.kind === 'fs-result') return describeFs(document as FsDocument);
  if (doc?.kind === 'progress') return ''; // what follows says that it is over
  return document === undefined ? '' : textOf([canonical(document)]);
}

function describeLabel(l: LabelDocument): string {
  const wiped = l.wiped && l.wiped.length > 0 ? `, wiped ${l.wiped.join(', ')}` : '';
  return textOf([`${l.path}: label ${l.action}${l.pv ? ` (PV ${l.pv})` : ''}${wiped}`]);
}

function describeInventory(i: Inventory): string {
  const groups = (i.groups as unknown as Devices[]).flatMap((g) => {
    const lost = Object.keys(g.missing).length;
    const paths = Object.values(g.devices)
      .map((d) => d.path)
      .sort();
    return [
      `${g.group.name}  ${paths.join(' ')}${lost > 0 ? `  (${lost} missing)` : ''}`,
      ...g.problems.map((p) => `  ${p.message}`),
    ];
  });
  const free = i.unlabelled.map((d) => `  ${[d.path, formatSize(d.size), ...d.carries, ...d.uses].join('  ')}`);
  const passed = i.passed.map((p) => `  ${p.path}  ${p.reason}`);
  const part = (title: string, lines: string[]) => (lines.length > 0 ? [title, ...lines] : []);
  const indented = groups.map((l) => `  ${l}`);
  return textOf([...part('groups:', indented), ...part('devices without a label:', free), ...part('passed over:', passed)]);
}

interface Action {
  action: string;
  name: string;
  to?: string;
}

interface Transaction {
  group: { name: string };
  seqno: number;
  changed: boolean;
  committed: boolean;
  devices: Action[];
  degraded?: string[];
}

function describeTransaction(t: Transaction): string {
  const degraded = t.degraded ? [`degraded: not written to PV ${t.degraded.join(', ')}; run dvm recover when it is back`] : [];
  return textOf([`${t.group.name}: ${resultOf(t)}`, ...t.devices.map(describeAction), ...degraded]);
}

function resultOf({ changed, committed, seqno }: Transaction): string {
  if (committed) return `version ${seqno} committed`;
  if (!changed) return seqno > 0 ? `already so (version ${seqno})` : 'already so';
  return seqno > 0 ? `still version ${seqno}` : 'its metadata is gone';
}

function describeAction(a: Action): string {
  return `  ${a.action} ${a.name}${a.to === undefined ? '' : ` to ${a.to}`}`;
}

interface DryRun {
  group: { name: string };
  changes: Change[];
  plan: { summary: Action[] } | null;
}

function describeDryRun(d: DryRun): string {
  const head = `${d.group.name}: nothing was changed; this would be:`;
  return textOf([head, ...d.changes.flatMap(describeChange), ...(d.plan?.summary.map(describeAction) ?? [])]);
}

/** Like a unified diff: the line that goes, the line that comes. */
function describeChange(c: Change): string[] {
  const line = (sign: string, value: unknown) => (value === null ? [] : [`${sign} ${c.path.join('/')} ${canonical(value)}`]);
  return [...line('-', c.before), ...line('+', c.after)];
}
