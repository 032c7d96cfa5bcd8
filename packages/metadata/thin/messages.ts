import { fail } from '#tool/errors.js';
import type { Draft } from '../draft.js';
import { mostDeviceId } from '../kinds/thin-pool.schema.js';
import { type PoolSegment, poolSegment, thinVolumes } from './segments.js';

export type PoolMessage = NonNullable<PoolSegment['messages']>[number];
/** A message before it is known which transaction it belongs to. */
export type NewMessage = { create: number } | { snapshot: number; origin: number } | { delete: number };

/**
 * Notes what the kernel's pool is to be told. All that one draft notes for a pool is one transaction of the pool: the
 * kernel's id says afterwards whether all of it has been told.
 */
export function tellPool(draft: Draft, pool: string, ...news: NewMessage[]): void {
  const lv = draft.lvs[pool];
  const segment = poolSegment(lv);
  if (!lv || !segment || news.length === 0) return;
  const before = poolSegment(draft.before.lvs[pool])?.transaction ?? 0;
  const transaction = segment.transaction === before ? before + 1 : segment.transaction;
  const messages = [...(segment.messages ?? []), ...news.map((n) => ({ transaction, ...n }))];
  draft.setLv(pool, { ...lv, segments: [{ ...segment, transaction, messages }] });
}

/** Which device a message is about. */
export function deviceOf(message: PoolMessage | NewMessage): number {
  if ('create' in message && message.create !== undefined) return message.create;
  if ('snapshot' in message && message.snapshot !== undefined) return message.snapshot;
  return 'delete' in message ? (message.delete ?? 0) : 0;
}

/**
 * An id for a new device of the pool: one more than any that is in use or still to be deleted.
 *
 * @throws DvmError `no-device-id` (exit 82)
 */
export function freeDeviceId(draft: Draft, pool: string): number {
  const told = (poolSegment(draft.lvs[pool])?.messages ?? []).map(deviceOf);
  const used = new Set([...thinVolumes(draft.lvs, pool).map((t) => t.segment.device), ...told]);
  const next = [...used].reduce((most, n) => Math.max(most, n), 0) + 1;
  if (next <= mostDeviceId) return next;
  for (let id = 1; id <= mostDeviceId; id++) if (!used.has(id)) return id;
  throw fail('noSpace', 'no-device-id', `thin pool "${draft.lvs[pool]?.name}" has no id left for another volume`);
}

/** The pool without the messages up to a transaction: they have been told. */
export function withoutTold(segment: PoolSegment, transaction: number): PoolSegment {
  const { messages = [], ...rest } = segment;
  const left = messages.filter((m) => m.transaction > transaction);
  return left.length > 0 ? { ...rest, messages: left } : rest;
}
