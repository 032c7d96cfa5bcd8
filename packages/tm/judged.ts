import type { Envelope } from '#documents/group.js';
import { parseEnvelope } from '#documents/record.js';
import { DvmError } from '#tool/errors.js';
import type { Context } from './context.js';
import { type Copy, type Judgement, judge, type Side } from './judge.js';

export interface Judged {
  copies: Copy[];
  judgement: Judgement;
}

/**
 * Every copy, and which version counts. Superblocks say it, as a rule. Where they leave versions side by side, the
 * envelopes of those are asked: a device that the group went on without may have been away for longer than anybody
 * remembers versions, one that was taken out has no say, and neither has one that came from another group.
 */
export async function judgeCopies(
  ctx: Pick<Context, 'store' | 'devices'>,
  ancestors: 'always' | 'inDoubt' = 'always',
): Promise<Judged> {
  const copies = await ctx.store.copies(ancestors);
  const judgement = judge(copies);
  if (judgement.diverged.length === 0) return { copies, judgement };
  const sides = await Promise.all(judgement.diverged.map(async (s) => ({ ...s, envelope: await envelopeOf(ctx, s.copies) })));
  const told = copies.map((c) => ({ ...c, left: sides.find((s) => s.copies.includes(c))?.envelope?.absent }));
  const isForeign = ({ envelope }: Side): boolean => envelope !== undefined && envelope.group.id !== ctx.devices.group.id;
  const txns = sides.filter(isForeign).map((s) => s.root.txn);
  const [foreign, own] = divide(told, (c) => c.active !== undefined && txns.includes(c.active.txn));
  const ofOwn = byMembers(
    own,
    sides.filter((s) => !isForeign(s)),
  );
  return { copies: told, judgement: { ...ofOwn, unusable: [...ofOwn.unusable, ...foreign] } };
}

function divide<T>(all: readonly T[], is: (one: T) => boolean): [T[], T[]] {
  return [all.filter(is), all.filter((one) => !is(one))];
}

/** Copies by the version that they have active. */
export function versionsOf(copies: readonly Copy[]): Copy[][] {
  const byTxn = new Map<string, Copy[]>();
  for (const copy of copies) if (copy.active) byTxn.set(copy.active.txn, [...(byTxn.get(copy.active.txn) ?? []), copy]);
  return [...byTxn.values()];
}

/** Where copies have diverged, the version counts whose own members all agree on it, if there is one such. */
function byMembers(copies: Copy[], sides: readonly Side[]): Judgement {
  const all = judge(copies);
  if (all.diverged.length === 0) return all;
  const agreed = sides.flatMap(({ root, envelope }) => {
    const own = envelope && judge(copies.filter((c) => Object.hasOwn(envelope.pvs, c.pv)));
    return own?.head?.txn === root.txn ? [own] : [];
  });
  if (agreed.length === 1) return agreed[0] as Judgement;
  const envelopes = new Map(sides.map((s) => [`${s.root.txn} ${s.root.hash}`, s.envelope]));
  const diverged = all.diverged.map((s) => ({ ...s, envelope: envelopes.get(`${s.root.txn} ${s.root.hash}`) }));
  return { ...all, diverged };
}

/** The envelope of the version that copies have active; undefined where it is readable in none. */
export async function envelopeOf({ store, devices }: Pick<Context, 'store' | 'devices'>, copies: readonly Copy[]) {
  for (const copy of copies) {
    try {
      const [active] = await store.versions(copy);
      const enough = (beginning: Buffer): boolean => parseEnvelope(beginning, devices.group.name) !== undefined;
      const envelope: Envelope | undefined =
        active && parseEnvelope(await store.prefix(copy, active, enough), devices.group.name);
      if (envelope) return envelope;
    } catch (e) {
      if (!(e instanceof DvmError)) throw e;
    }
  }
  return undefined;
}
