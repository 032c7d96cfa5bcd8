import { setTimeout as sleep } from 'node:timers/promises';
import { backoff } from '#daemon/backoff.js';
import { fail } from '#tool/errors.js';
import type { Etcd } from './client.js';
import { type Change, decodeChanges, encodeKeys, type Keys, revisionOf } from './codec.js';
import { isUnavailable, unavailable } from './failure.js';

export interface Changes {
  /** All up to this revision has been told. */
  revision: number;
  changes: Change[];
}

/**
 * What changes from a revision on, each change once and in order. A connection that breaks is made again, at another endpoint,
 * from where it broke; it ends when `signal` is aborted.
 *
 * @throws DvmError `etcd-compacted` (exit 84) etcd no longer knows that revision: read what is there, then watch from there;
 *   those of `Etcd.ask` except `etcd-unavailable`
 */
export async function* watch(etcd: Etcd, keys: Keys, from: number, signal: AbortSignal): AsyncGenerator<Changes> {
  let next = from;
  for (let failures = 0; !signal.aborted; ) {
    try {
      for await (const told of once(etcd, keys, next, signal)) {
        failures = 0;
        if (told.changes.length === 0) continue;
        next = told.revision + 1;
        yield told;
      }
    } catch (e) {
      if (!isUnavailable(e)) throw e;
    }
    await sleep(backoff(++failures, Math.random()), undefined, { signal }).catch(() => {});
  }
}

async function* once(etcd: Etcd, keys: Keys, from: number, signal: AbortSignal): AsyncGenerator<Changes> {
  const body = { create_request: { ...encodeKeys(keys), start_revision: String(from), progress_notify: true } };
  for await (const result of etcd.lines('/v3/watch', body, signal)) {
    const { where } = result;
    if (result.has('compact_revision'))
      throw fail('outOfSync', 'etcd-compacted', `etcd at "${where}" no longer knows revision ${from}`, {
        details: { compacted: result.number('compact_revision') },
      });
    if (result.flag('canceled')) throw unavailable(where, `it ended the watch: ${result.text('cancel_reason')}`);
    const changes = decodeChanges(result);
    // several lines may tell one revision's changes only when etcd is asked for fragments, which it is not
    yield { changes, revision: changes.at(-1)?.modified ?? revisionOf(result) };
  }
}
