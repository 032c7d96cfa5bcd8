import { fail } from '#tool/errors.js';
import type { Draft } from '../draft.js';
import type { Lv } from '../metadata.js';
import { sizeOf } from '../segments.js';
import { spaceOf } from '../space.js';
import type { PoolSegment } from './segments.js';
import { provideSpare, spareName } from './spare.js';

/**
 * The spare becomes the pool's metadata, to be made from the old when the change is activated; the old stays as a volume
 * `POOL_meta0` to look into, and the group gets a new spare where it has room.
 *
 * @returns notes for people
 */
export function repairPool(draft: Draft, id: string, segment: PoolSegment, newId: () => string): string[] {
  const pool = draft.lvs[id] as Lv;
  const hint = `make room, then: lv_extend ${pool.name} --metadata-size +4M`;
  const broken = { what: `thin pool "${pool.name}"`, name: pool.name, meta: segment.meta, hint };
  const { meta, notes } = swapSpare(draft, broken, newId);
  draft.setLv(id, { ...pool, segments: [{ ...segment, meta }] });
  return notes;
}

/** Whose metadata it is: for messages, and to call the old by. */
interface Broken {
  what: string;
  name: string;
  meta: string;
  /** What to do without a spare. */
  hint: string;
}

/**
 * Puts the spare in the place of broken metadata, which becomes a volume `NAME_meta0`.
 *
 * @returns the id of the new metadata, and notes for people
 * @throws DvmError `no-spare` (exit 82)
 */
export function swapSpare(
  draft: Draft,
  { what, name, meta, hint }: Broken,
  newId: () => string,
): { meta: string; notes: string[] } {
  const old = draft.lvs[meta] as Lv;
  const spare = draft.idOf(spareName);
  if (spare === undefined || sizeOf(draft.lvs[spare] as Lv) < sizeOf(old))
    throw fail('noSpace', 'no-spare', `the group has no spare as large as the metadata of ${what}`, { hint });
  const keptName = freeName(draft, `${name}_meta`);
  const { hidden: _, ...kept } = old;
  draft.setLv(meta, { ...kept, name: keptName, autoactivate: false });
  draft.setLv(spare, { ...(draft.lvs[spare] as Lv), name: old.name });
  const notes = newSpare(draft, sizeOf(old), newId);
  return {
    meta: spare,
    notes: [`the old metadata of ${what} is volume "${keptName}" now: remove it when all is well`, ...notes],
  };
}

function freeName(draft: Draft, stem: string): string {
  for (let i = 0; ; i++) if (draft.idOf(`${stem}${i}`) === undefined) return `${stem}${i}`;
}

function newSpare(draft: Draft, extents: number, newId: () => string): string[] {
  const space = spaceOf(draft, []);
  const free = space.pvs.reduce((sum, pv) => sum + pv.runs.reduce((n, r) => n + r.count, 0), 0);
  if (free < extents) return ['there is no room for another spare'];
  provideSpare(draft, extents, space, newId);
  return [];
}
