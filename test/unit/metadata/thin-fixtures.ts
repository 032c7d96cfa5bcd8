import type { Draft } from '#metadata/draft.js';
import { createSnapshot } from '#metadata/snapshot.js';
import { createPool, type NewPool } from '#metadata/thin/pool-create.js';
import { poolSegment, thinSegment } from '#metadata/thin/segments.js';
import { createThin, type NewThin } from '#metadata/thin/volume-create.js';
import { lvId } from './fixtures.js';

let made = 500;
const newId = (): string => lvId(made++);
const flags = { created: '2026-01-01T00:00:00Z', tags: [], readOnly: false, autoactivate: true };

/** A pool with defaults for all that a test does not care about. */
export function pool(draft: Draft, name: string, more: Partial<NewPool> = {}): string[] {
  const defaults = { ...flags, id: newId(), newId, stripes: 1, pvs: [], zero: true, spare: true };
  return createPool(draft, { ...defaults, name, ...(more.size === undefined ? { extents: '4' } : {}), ...more });
}

export function thin(draft: Draft, name: string, more: Partial<NewThin> = {}): string[] {
  return createThin(draft, { ...flags, id: newId(), name, pool: 'pool', virtualSize: '400M', ...more });
}

export function snapshot(draft: Draft, origin: string, name: string): string[] {
  return createSnapshot(draft, { pvs: [], ...flags, id: newId(), origin, name });
}

/** A pool `pool`, a volume `thin` in it, a snapshot `snap` of that. */
export function createPools(draft: Draft): void {
  pool(draft, 'pool');
  thin(draft, 'thin');
  snapshot(draft, 'thin', 'snap');
}

/** What the pool is to be told, as text: `TRANSACTION create ID`. */
export function messages(draft: Draft, name = 'pool'): string[] {
  const { transaction = 0, messages: all = [] } = poolSegment(draft.lvs[draft.idOf(name) ?? '']) ?? {};
  const texts = all.map(
    ({ transaction: t, ...m }) =>
      `${t} ${Object.entries(m)
        .map(([k, v]) => `${k} ${v}`)
        .join(' ')}`,
  );
  return [`at ${transaction}`, ...texts];
}

/** The number of a thin volume in its pool. */
export function deviceOf(draft: Draft, name: string): number | undefined {
  return thinSegment(draft.lvs[draft.idOf(name) ?? ''])?.device;
}

/** Extents of a volume's areas: `PV:EXTENT+COUNT`. */
export function places(draft: Draft, name: string): string[] {
  const { segments = [] } = draft.lvs[draft.idOf(name) ?? ''] ?? {};
  return segments.flatMap((s) => s.areas.map((a) => `${a.pv?.[2]}:${a.extent}+${s.count}`));
}
