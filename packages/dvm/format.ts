import type { Change } from '#documents/diff.js';
import { canonical } from '#tool/json.js';

/** Documents in words, for people at a terminal. `--json` shows them as they are. */
export function describe(document: unknown): string {
  const doc = document as { kind?: string };
  if (doc?.kind === 'transaction') return describeTransaction(document as Transaction);
  if (doc?.kind === 'dry-run') return describeDryRun(document as DryRun);
  return document === undefined ? '' : `${canonical(document)}\n`;
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
  devices: Action[];
  degraded?: string[];
}

function describeTransaction(t: Transaction): string {
  const head = t.changed ? `${t.group.name}: version ${t.seqno} committed` : `${t.group.name}: already so (version ${t.seqno})`;
  const degraded = t.degraded ? [`degraded: not written to PV ${t.degraded.join(', ')}; run dvm recover when it is back`] : [];
  return `${[head, ...t.devices.map(describeAction), ...degraded].join('\n')}\n`;
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
  return `${[head, ...d.changes.flatMap(describeChange), ...(d.plan?.summary.map(describeAction) ?? [])].join('\n')}\n`;
}

/** Like a unified diff: the line that goes, the line that comes. */
function describeChange(c: Change): string[] {
  const line = (sign: string, value: unknown) => (value === null ? [] : [`${sign} ${c.path.join('/')} ${canonical(value)}`]);
  return [...line('-', c.before), ...line('+', c.after)];
}
