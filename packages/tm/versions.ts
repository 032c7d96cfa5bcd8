import type { Group } from '#documents/group.js';
import { parseRecord } from '#documents/record.js';
import { type DvmError, fail } from '#tool/errors.js';
import { type Context, type Loaded, load, readAny } from './context.js';
import { tmCommand } from './hints.js';
import type { Copy } from './judge.js';
import { judgeCopies } from './judged.js';
import type { StoredVersion } from './store.js';

/** The versions from the current one back, each the parent of the one before, as far as a copy has them all. */
export interface Lineage {
  /** Name of the group. */
  group: string;
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
  return { group: group.envelope.group.name, copy, versions: chain.map((v, i) => ({ ...v, seqno: group.envelope.seqno - i })) };
}

/**
 * The place in a lineage of a version as users name it: `current`, `-1` for the one before and so on, a sequence
 * number, or the beginning of a transaction id, four digits or more.
 *
 * @throws DvmError `bad-version`, `ambiguous` (exit 64), `no-version` (exit 80)
 */
export function findVersion({ group, versions }: Lineage, text: string): number {
  const index = indexOf(group, versions, text);
  if (index !== undefined && index < versions.length) return index;
  throw noVersion(group, text);
}

function indexOf(group: string, versions: Lineage['versions'], text: string): number | undefined {
  if (text === 'current') return 0;
  if (/^-\d{1,9}$/.test(text)) return -Number(text);
  if (isSeqno(text)) return placeOf(versions, (v) => v.seqno === Number(text));
  const txn = onlyTxn(
    group,
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
function onlyTxn(group: string, txns: Iterable<string>, text: string): string | undefined {
  if (!/^[0-9a-f]{4,32}$/.test(text))
    throw fail('usage', 'bad-version', `"${text}" names no version`, {
      hint: `write current, -1 (the one before), a sequence number, or at least four digits of a transaction id: ${tmCommand(group, 'history')}`,
    });
  const [only, ...others] = new Set([...txns].filter((txn) => txn.startsWith(text)));
  if (others.length > 0) throw fail('usage', 'ambiguous', `"${text}" begins ${others.length + 1} transaction ids`);
  return only;
}

function noVersion(group: string, text: string): DvmError {
  return fail('notFound', 'no-version', `no region holds version "${text}"`, {
    hint: `what is there: ${tmCommand(group, 'history')}`,
  });
}

/**
 * A version by any of its names. By its id also one that only a copy which is behind still has, those of a group that has
 * diverged, where no other name says which side is meant, and those of one whose current version is damaged.
 */
export async function readVersion(ctx: Context, text: string): Promise<Group> {
  const { copies } = await judgeCopies(ctx);
  const { name } = ctx.devices.group;
  const isId = !isSeqno(text) && !text.startsWith('-') && text !== 'current';
  const txn = isId ? onlyTxn(name, copies.flatMap(txnsOf), text) : await inLineage(ctx, text);
  if (txn === undefined) throw noVersion(name, text);
  return readTxn(ctx, copies, txn);
}

async function inLineage(ctx: Context, text: string): Promise<string | undefined> {
  const lineage = await lineageOf(ctx, await load(ctx));
  const index = indexOf(lineage.group, lineage.versions, text);
  return index === undefined ? undefined : lineage.versions[index]?.txn;
}

function txnsOf(copy: Copy): string[] {
  return [...(copy.active ? [copy.active.txn] : []), ...copy.ancestors];
}

/** The version of a transaction id, from any copy that has it undamaged. */
export async function readTxn(ctx: Context, copies: readonly Copy[], txn: string): Promise<Group> {
  const holders = copies.filter((c) => txnsOf(c).includes(txn));
  const { envelope, metadata } = parseRecord(await readAny(ctx.store, holders, txn), ctx.devices.group.name);
  const devices = Object.fromEntries(Object.entries(ctx.devices.devices).filter(([pv]) => Object.hasOwn(envelope.pvs, pv)));
  return { kind: 'group', version: 1, envelope, devices, metadata };
}
