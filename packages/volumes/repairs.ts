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
  return Object.entries(previous ?? {}).flatMap(([id, before]) => {
    const [old, now] = [poolSegment(before)?.meta, poolSegment(lvs[id])?.meta];
    if (old === undefined || now === undefined || old === now || !lvs[old]) return [];
    const name = dmName(group.name, lvs[id]?.name ?? '', 'tpool');
    return [{ pool: uuidOf(group.id, id, 'tpool'), name, from: rows(old), to: rows(now) }];
  });
}
