import type { Group } from '#documents/group.js';
import { parseRecord } from '#documents/record.js';
import { type DvmError, fail } from '#tool/errors.js';
import { type Context, type Loaded, readAny } from './context.js';
import type { Copy } from './judge.js';
import type { StoredVersion } from './store.js';

/** The versions from the current one back, each the parent of the one before, as far as a copy has them all. */
export interface Lineage {
  /** The copy that remembers most. */
  copy: Copy;
  versions: (StoredVersion & { seqno: number })[];
}

/** Every transaction adds one to the sequence number, so those of older versions follow from the chain of parents. */
export async function lineageOf(ctx: Context, { group, judgement }: Loaded): Promise<Lineage> {
  const copy = judgement.atHead.reduce((a, b) => (b.ancestors.length > a.ancestors.length ? b : a));
  const stored = await ctx.store.versions(copy);
  const gap = stored.findIndex((v, i) => i > 0 && v.txn !== stored[i - 1]?.parent);
  const chain = gap < 0 ? stored : stored.slice(0, gap);
  return { copy, versions: chain.map((v, i) => ({ ...v, seqno: group.envelope.seqno - i })) };
}

/**
 * The place in a lineage of a version as users name it: `current`, `-1` for the one before and so on, a sequence
 * number, or the beginning of a transaction id, four digits or more.
 *
 * @throws DvmError `bad-version`, `ambiguous` (exit 64), `no-version` (exit 80)
 */
export function findVersion({ versions }: Lineage, text: string): number {
  const index = indexOf(versions, text);
  if (index !== undefined && index < versions.length) return index;
  throw noVersion(text);
}

function indexOf(versions: Lineage['versions'], text: string): number | undefined {
  if (text === 'current') return 0;
  if (/^-\d{1,9}$/.test(text)) return -Number(text);
  if (isSeqno(text)) return placeOf(versions, (v) => v.seqno === Number(text));
  const txn = onlyTxn(
    versions.map((v) => v.txn),
    text,
  );
  return txn === undefined ? undefined : placeOf(versions, (v) => v.txn === txn);
}

function placeOf(versions: Lineage['versions'], is: (v: Lineage['versions'][number]) => boolean): number | undefined {
  const index = versions.findIndex(is);
  return index < 0 ? undefined : index;
}

/** Digits alone are a sequence number; the beginning of an id only when there are as many as sequence numbers never have. */
function isSeqno(text: string): boolean {
  return /^\d{1,7}$/.test(text);
}

/** The one id that begins with `text`. */
function onlyTxn(txns: Iterable<string>, text: string): string | undefined {
  if (!/^[0-9a-f]{4,32}$/.test(text))
    throw fail('usage', 'bad-version', `"${text}" names no version`, {
      hint: 'write current, -1 (the one before), a sequence number, or at least four digits of a transaction id: see tm history',
    });
  const [only, ...others] = new Set([...txns].filter((txn) => txn.startsWith(text)));
  if (others.length > 0) throw fail('usage', 'ambiguous', `"${text}" begins ${others.length + 1} transaction ids`);
  return only;
}

function noVersion(text: string): DvmError {
  return fail('notFound', 'no-version', `no region holds version "${text}"`, { hint: 'tm history lists what is there' });
}

/** A version by any of its names; by its id also one that only a copy which is behind still has. */
export async function readVersion(ctx: Context, loaded: Loaded, text: string): Promise<Group> {
  const lineage = await lineageOf(ctx, loaded);
  const index = indexOf(lineage.versions, text);
  const isId = !isSeqno(text) && !text.startsWith('-');
  const elsewhere = () => (isId ? onlyTxn(loaded.copies.flatMap(txnsOf), text) : undefined);
  const txn = index === undefined ? elsewhere() : lineage.versions[index]?.txn;
  if (txn === undefined) throw noVersion(text);
  return readTxn(ctx, loaded, txn);
}

function txnsOf(copy: Copy): string[] {
  return [...(copy.active ? [copy.active.txn] : []), ...copy.ancestors];
}

/** The version of a transaction id, from any copy that has it undamaged. */
export async function readTxn(ctx: Context, { group, copies }: Loaded, txn: string): Promise<Group> {
  const holders = copies.filter((c) => txnsOf(c).includes(txn));
  const { envelope, metadata } = parseRecord(await readAny(ctx.store, holders, txn), group.envelope.group.name);
  const devices = Object.fromEntries(Object.entries(ctx.devices.devices).filter(([pv]) => Object.hasOwn(envelope.pvs, pv)));
  return { kind: 'group', version: 1, envelope, devices, metadata };
}
