import type { Desired, Target } from '#dm/documents.js';
import { dmName } from '#documents/names.js';
import type { Draft } from '#metadata/draft.js';
import { poolSegment } from '#metadata/thin/segments.js';
import { uuidOf } from './identity.js';

type Repairs = NonNullable<Desired['repairs']>;

/**
 * Thin pools that have other metadata than in the version before: it is made from that.
 *
 * @param rows the table of a volume
 */
export function repairsOf(
  { lvs }: Draft,
  previous: Draft['lvs'] | undefined,
  group: { id: string; name: string },
  rows: (id: string) => Target[],
): Repairs {
  const repairs: Repairs = [];
  for (const id in previous) {
    const old = poolSegment(previous[id])?.meta;
    if (old === undefined) continue;
    const now = poolSegment(lvs[id])?.meta;
    if (now === undefined || old === now || !lvs[old]) continue;
    const name = dmName(group.name, lvs[id]?.name ?? '', 'tpool');
    repairs.push({ pool: uuidOf(group.id, id, 'tpool'), name, from: rows(old), to: rows(now) });
  }
  return repairs;
}
