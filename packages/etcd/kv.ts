import { DvmError } from '#tool/errors.js';
import type { Etcd } from './client.js';
import {
  type Compare,
  decodeRange,
  decodeTxn,
  encodeKeys,
  encodePut,
  encodeTxn,
  type Found,
  type Keys,
  type KeyValue,
  type Operation,
  type Outcome,
  revisionOf,
} from './codec.js';

/**
 * What is there, in order of keys, as the cluster has agreed on it.
 *
 * @throws DvmError as `Etcd.ask`
 */
export async function range(etcd: Etcd, keys: Keys, options: { limit?: number; revision?: number } = {}): Promise<Found> {
  const { limit, revision } = options;
  const body = { ...encodeKeys(keys), ...(limit && { limit: String(limit) }), ...(revision && { revision: String(revision) }) };
  return decodeRange(await etcd.ask('/v3/kv/range', body, true));
}

export async function get(etcd: Etcd, key: string): Promise<KeyValue | undefined> {
  return (await range(etcd, key)).keys[0];
}

/** Puts a value whatever is there: doing it twice does no harm. Returns the revision. */
export async function put(etcd: Etcd, key: string, value: string, lease?: string): Promise<number> {
  const body = encodePut({ put: key, value, ...(lease !== undefined && { lease }) });
  return revisionOf(await etcd.ask('/v3/kv/put', body, true));
}

/** Returns how many keys were there; after a repeated request that may be too few. */
export async function remove(etcd: Etcd, keys: Keys): Promise<number> {
  return (await etcd.ask('/v3/kv/deleterange', encodeKeys(keys), true)).number('deleted');
}

/**
 * Does `then` when all of `when` holds, else `otherwise`, at one instant.
 *
 * @throws DvmError as `Etcd.ask`; `etcd-unsure` (exit 69) when nobody knows whether it was done
 */
export async function txn(
  etcd: Etcd,
  when: readonly Compare[],
  then: readonly Operation[],
  otherwise: readonly Operation[] = [],
): Promise<Outcome> {
  const writes = [...then, ...otherwise].some((o) => !('range' in o));
  const body = encodeTxn(when, then, otherwise);
  return decodeTxn(await etcd.ask('/v3/kv/txn', body, !writes));
}

/**
 * Changes a key from what it was known to be: for sure once, even when an answer is lost.
 *
 * @param known undefined: it was absent
 * @returns what is there now: `value` when this or an earlier attempt of ours (or an equal one) has put it
 */
export async function replace(
  etcd: Etcd,
  key: string,
  known: KeyValue | undefined,
  value: string,
): Promise<KeyValue | undefined> {
  const when = [{ key, modified: known?.modified ?? 0 }];
  try {
    const { found } = await txn(etcd, when, [{ put: key, value }, { range: key }], [{ range: key }]);
    return found[0]?.[0];
  } catch (e) {
    if (!(e instanceof DvmError) || e.code !== 'etcd-unsure') throw e;
    return settle(etcd, key, known, value);
  }
}

/** The answer was lost: either it was done, or the same compare still decides. */
async function settle(etcd: Etcd, key: string, known: KeyValue | undefined, value: string): Promise<KeyValue | undefined> {
  const now = await get(etcd, key);
  return now?.modified === known?.modified ? replace(etcd, key, known, value) : now;
}
