import type { Desired, Instruction } from '../documents.js';
import { type PoolStatus, parsePoolStatus } from '../pool-status.js';
import * as make from './instructions.js';
import type { Device } from './survey.js';
import { sizeOf } from './tables.js';

export type MessageGroup = NonNullable<Desired['devices'][string]['messages']>[number];

/** Sectors of metadata that a pool can use, and of one of its metadata blocks. */
const mostMetadata = 255 * 2 ** 14 * 8 - 2 ** 18;
const metadataBlock = 8;

/** The groups of messages that a thin pool has not been told, as far as its status says; none for other devices. */
export function groupsOf(d: Device): readonly MessageGroup[] {
  const groups = d.want?.messages ?? [];
  const at = statusOf(d)?.transaction;
  const told = groups.findLastIndex((g) => g.to === at);
  if (at === undefined || told < 0) return groups;
  return told === groups.length - 1 ? [{ from: at, to: at, messages: [] }] : groups.slice(told + 1);
}

export function isPool(d: Device): boolean {
  return d.want?.targets.some((t) => t.type === 'thin-pool') ?? false;
}

/** Whether a pool may have something to be told. */
export function hasMessages(d: Device): boolean {
  return groupsOf(d).some((g) => g.messages.length > 0);
}

/** The pool's id when all has been told. */
export function lastTransaction(d: Device): number | undefined {
  return groupsOf(d).at(-1)?.to;
}

/** The ids at which the pool can be, the last first. */
export function possibleTransactions(d: Device): number[] {
  const groups = groupsOf(d);
  return [...new Set([...groups.map((g) => g.to).reverse(), ...groups.slice(0, 1).map((g) => g.from)])];
}

/** Works only if the pool is at this id; changes nothing. */
export function isAt(pool: Device, transaction: number): Instruction {
  return make.message(pool, `set_transaction_id ${transaction} ${transaction}`);
}

export function statusOf(pool: Device): PoolStatus | undefined {
  return pool.now?.targets[0]?.type === 'thin-pool' ? parsePoolStatus(pool.now.status?.[0]) : undefined;
}

/**
 * The metadata device is, or will be, larger than the pool knows: it looks again when its table is switched, though the
 * table says the same.
 */
export function metadataGrew(d: Device, metadata: Device | undefined): boolean {
  const known = statusOf(d)?.metadata?.total;
  if (known === undefined || !metadata?.want) return false;
  return known * metadataBlock < Math.min(sizeOf(metadata.want.targets), mostMetadata);
}
