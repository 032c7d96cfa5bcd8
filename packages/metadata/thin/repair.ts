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
  const old = draft.lvs[segment.meta] as Lv;
  const spare = draft.idOf(spareName);
  if (spare === undefined || sizeOf(draft.lvs[spare] as Lv) < sizeOf(old)) throw noSpare(pool.name);
  const keptName = freeName(draft, `${pool.name}_meta`);
  const { hidden: _, ...kept } = old;
  draft.setLv(segment.meta, { ...kept, name: keptName, autoactivate: false });
  draft.setLv(spare, { ...(draft.lvs[spare] as Lv), name: old.name });
  draft.setLv(id, { ...pool, segments: [{ ...segment, meta: spare }] });
  return [
    `the old metadata of thin pool "${pool.name}" is volume "${keptName}" now: remove it when all is well`,
    ...newSpare(draft, sizeOf(old), newId),
  ];
}

function noSpare(name: string) {
  return fail('noSpace', 'no-spare', `the group has no spare as large as the metadata of thin pool "${name}"`, {
    hint: `make room, then: lv_extend ${name} --metadata-size +4M`,
  });
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
