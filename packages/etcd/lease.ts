import { DvmError } from '#tool/errors.js';
import type { Etcd } from './client.js';

/**
 * A lease of `seconds`: keys put with its id go with it. Asked for twice there are two, of which one runs out.
 *
 * @returns its id
 */
export async function grant(etcd: Etcd, seconds: number): Promise<string> {
  return (await etcd.ask('/v3/lease/grant', { TTL: String(seconds) }, true)).id('ID');
}

/** Begins a lease's time again. Returns the seconds that it has now; 0 when it is gone. */
export async function keepAlive(etcd: Etcd, id: string): Promise<number> {
  for await (const result of etcd.lines('/v3/lease/keepalive', { ID: id }, AbortSignal.timeout(5000)))
    return result.number('TTL');
  return 0;
}

/** Ends a lease, and what was put with it. One that is gone is fine. */
export async function revoke(etcd: Etcd, id: string): Promise<void> {
  try {
    await etcd.ask('/v3/lease/revoke', { ID: id }, true);
  } catch (e) {
    if (!(e instanceof DvmError) || e.code !== 'etcd-not-found') throw e;
  }
}
