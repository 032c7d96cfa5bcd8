import type { Group } from '#documents/group.js';
import { parseRecord } from '#documents/record.js';
import { fail } from '#tool/errors.js';
import { type Context, load } from './context.js';
import { requireComplete } from './update.js';

/** The group in its current version. Takes no lock; a version that is only prepared is not seen, and said. */
export async function read(ctx: Context, degraded: boolean): Promise<Group> {
  const loaded = await load(ctx);
  const { toCommit, toAbort, pending } = loaded.judgement;
  if (!degraded) requireComplete(ctx, loaded);
  if (toCommit.length + toAbort.length > 0)
    ctx.note(`note: ${toCommit.length + toAbort.length} regions hold a prepared version; this is the active one`);
  if (pending) ctx.note('note: the activation of this version is unfinished; tm recover finishes it');
  return loaded.group;
}

/** An earlier version, from the history of any copy that still has it. `txn` may be a beginning of the id. */
export async function readVersion(ctx: Context, txn: string): Promise<Group> {
  const { group, copies } = await load(ctx);
  const ids = new Set(copies.flatMap((c) => [c.active?.txn ?? '', ...c.ancestors]).filter((id) => id.startsWith(txn)));
  const [id, ...others] = ids;
  if (id === undefined)
    throw fail('notFound', 'no-version', `no region holds transaction "${txn}"`, { hint: 'tm history lists what is there' });
  if (others.length > 0) throw fail('usage', 'ambiguous', `"${txn}" begins ${ids.size} transaction ids`);
  const holder = copies.find((c) => c.active?.txn === id || c.ancestors.includes(id));
  if (!holder) throw fail('notFound', 'no-version', `no region holds transaction "${id}"`);
  const { envelope, metadata } = parseRecord(await ctx.store.read(holder, id), group.envelope.group.name);
  const devices = Object.fromEntries(Object.entries(ctx.devices.devices).filter(([pv]) => Object.hasOwn(envelope.pvs, pv)));
  return { kind: 'group', version: 1, envelope, devices, metadata };
}

/** Transaction ids that any copy still holds, newest first, with how many copies do. */
export async function history(ctx: Context): Promise<object> {
  const { group, judgement, copies } = await load(ctx);
  const order = [...judgement.atHead].sort((a, b) => b.ancestors.length - a.ancestors.length)[0];
  const ids = [group.envelope.txn, ...(order?.ancestors ?? [])];
  const versions = ids.map((txn) => ({
    txn,
    copies: copies.filter((c) => c.active?.txn === txn || c.ancestors.includes(txn)).length,
  }));
  return { kind: 'history', version: 1, group: group.envelope.group, versions };
}
