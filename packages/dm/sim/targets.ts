import type { Target } from '../documents.js';
import { refused } from '../errno.js';
import { cache } from './caches.js';
import { clone } from './clones.js';
import { crypt } from './crypt.js';
import { integrity } from './integrity.js';
import { mirror } from './mirror.js';
import { positive, sectors } from './numbers.js';
import { raid } from './raid.js';
import { snapshot, snapshotOrigin } from './snapshots.js';
import { thin, thinPool } from './thin-targets.js';
import { writecache } from './writecache.js';

/** A range of another block device, in sectors. */
export interface Use {
  dev: string;
  start: number;
  length: number;
}

/** A loaded row: arguments as the kernel prints them, and what it stands on. */
export interface SimRow extends Target {
  uses: Use[];
}

/** Finds and opens a device named in a table (path or `major:minor`); throws as the kernel does. */
export type Lookup = (word: string) => string;

/** What the simulated kernel knows of one target. */
export interface TargetType {
  load(words: string[], size: number, lookup: Lookup): { args: string; uses: Use[] };
  /** @param told messages that the target has taken since its table came live */
  status(row: SimRow, told: readonly string[]): string;
  /** Takes a message, or throws as the kernel does. */
  message?(row: SimRow, text: string): void;
}

/** What the simulated kernel has built in. Another target is one entry more. */
const types: Record<string, TargetType> = {
  linear: { load: loadLinear, status: () => '' },
  striped: { load: loadStriped, status: stripedStatus },
  error: { load: () => ({ args: '', uses: [] }), status: () => '' },
  zero: { load: loadZero, status: () => '' },
  'thin-pool': thinPool,
  thin,
  mirror,
  raid,
  'snapshot-origin': snapshotOrigin,
  snapshot,
  'snapshot-merge': snapshot,
  cache,
  clone,
  integrity,
  crypt,
  writecache,
};

/** Constructs one row as the kernel's target would, in the kernel's order of checks. */
export function loadRow(target: Target, lookup: Lookup): SimRow {
  const type = Object.hasOwn(types, target.type) ? types[target.type] : undefined;
  if (!type) throw refused('EINVAL', `target type "${target.type}" is unknown`);
  if (!(target.size > 0)) throw refused('EINVAL', `a "${target.type}" target has no size`);
  const words = target.args.split(/\s+/).filter((w) => w !== '');
  return { type: target.type, size: target.size, ...type.load(words, target.size, lookup) };
}

/** A row's line of `status`. */
export function rowStatus(row: SimRow, told: readonly string[]): string {
  return types[row.type]?.status(row, told) ?? '';
}

/** Gives a row a message; false where its target takes none. */
export function tellRow(row: SimRow, text: string): boolean {
  const type = types[row.type];
  type?.message?.(row, text);
  return type?.message !== undefined;
}

function loadLinear(words: string[], size: number, lookup: Lookup) {
  const [device, offset] = words;
  if (words.length !== 2 || device === undefined) throw refused('EINVAL', 'linear takes a device and a sector');
  const start = sectors(offset);
  const dev = lookup(device);
  return { args: `${dev} ${start}`, uses: [{ dev, start, length: size }] };
}

function loadStriped(words: string[], size: number, lookup: Lookup) {
  if (words.length < 2) throw refused('EINVAL', 'striped takes a count, a chunk size and devices');
  const count = positive(words[0], 'stripe count');
  const chunk = positive(words[1], 'chunk size');
  const width = size / count;
  if (!Number.isInteger(width)) throw refused('EINVAL', 'the size is not divisible by the number of stripes');
  if (width % chunk !== 0) throw refused('EINVAL', 'the size is not divisible by the chunk size');
  if (words.length !== 2 + 2 * count) throw refused('EINVAL', `striped takes ${count} devices here`);
  const uses = Array.from({ length: count }, (_, i) => {
    const start = sectors(words[3 + 2 * i]);
    return { dev: lookup(words[2 + 2 * i] as string), start, length: width };
  });
  return { args: [count, chunk, ...uses.map((u) => `${u.dev} ${u.start}`)].join(' '), uses };
}

function stripedStatus(row: SimRow): string {
  return [row.uses.length, ...row.uses.map((u) => u.dev), 1, 'A'.repeat(row.uses.length)].join(' ');
}

function loadZero(words: string[]) {
  if (words.length > 0) throw refused('EINVAL', 'zero takes no arguments');
  return { args: '', uses: [] };
}
