import { regionName } from '#documents/regions.js';
import { fail } from '#tool/errors.js';
import { tmCommand } from './hints.js';
import type { Copy, Side } from './judge.js';

/** A side of a group that went apart, for who has to choose. */
export interface SideFinding {
  txn: string;
  parent: string;
  /** The following are null where its envelope cannot be read. */
  seqno: number | null;
  time: string | null;
  host: string | null;
  /** PVs that it went on without. */
  without: string[] | null;
  /** PVs that hold it. */
  pvs: string[];
  regions: string[];
}

export function describeSide({ root, copies, envelope }: Side): SideFinding {
  const pvs = pvsOf(copies);
  return {
    txn: root.txn,
    parent: root.parent,
    seqno: envelope?.seqno ?? null,
    time: envelope?.time ?? null,
    host: envelope?.host ?? null,
    without: envelope ? Object.keys(envelope.absent ?? {}).sort() : null,
    pvs,
    regions: copies.map((c) => regionName(c.region)),
  };
}

/** The command that makes a side the version that counts. */
export function keeping(group: string, { copies }: Side): string {
  return tmCommand(group, 'recover', ...pvsOf(copies).flatMap((pv) => ['--from', pv]));
}

function pvsOf(copies: readonly Copy[]): string[] {
  return [...new Set(copies.map((c) => c.pv))].sort();
}

export function divergedError(group: string, diverged: readonly Side[]) {
  const sides = diverged.map(describeSide);
  const [first, second] = diverged;
  const compare = tmCommand(group, 'diff', first?.root.txn ?? '', second?.root.txn ?? '');
  return fail('outOfSync', 'diverged', `group "${group}" has ${sides.length} versions, none following from the other`, {
    hint: `compare them (${compare}), then keep one, which gives up the other: ${first ? keeping(group, first) : ''}`,
    details: { sides },
  });
}
