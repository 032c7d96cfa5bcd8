import type { Extents } from '#tool/units.js';
import type { Draft } from '../draft.js';
import type { Lv, Segment } from '../metadata.js';
import { cache } from './cache.js';
import { clone } from './clone.js';
import { crypt } from './crypt.js';
import { fixed } from './fixed.js';
import { integrity } from './integrity.js';
import type { KindRules, Reference, SegmentOf, State } from './kind.js';
import { mirror } from './mirror.js';
import { plain } from './plain.js';
import { raid } from './raid.js';
import { snapshot } from './snapshot.js';
import { thin } from './thin.js';
import { thinPool } from './thin-pool.js';
import { writecache } from './writecache.js';

/** Every type of segment; schemas are in kinds.schema.ts, tables in packages/volumes/kinds. */
const kinds: { readonly [T in Segment['type']]: KindRules<SegmentOf<T>> } = {
  linear: plain,
  striped: plain,
  error: fixed,
  zero: fixed,
  raid,
  'thin-pool': thinPool,
  thin,
  mirror,
  snapshot,
  cache,
  clone,
  integrity,
  crypt,
  writecache,
};

function rulesOf<S extends Segment>({ type }: S): KindRules<S> {
  return kinds[type] as unknown as KindRules<S>; // the table's own type says so: no type system follows a union that far
}

/** Extents that a segment takes of each of its areas. */
export function areaLength(segment: Segment): Extents {
  return rulesOf(segment).areaLength(segment);
}

/** The volumes that a segment stands on. */
export function referencesOf(segment: Segment): readonly Reference[] {
  return rulesOf(segment).references(segment);
}

/** Broken rules of a segment's kind. */
export function kindStates(segment: Segment, draft: Draft): readonly State[] {
  return rulesOf(segment).states(segment, draft);
}

/** The volumes that belong to a volume, and those that belong to them, nearest first. */
export function partsOf(lvs: Readonly<Record<string, Lv>>, id: string): string[] {
  const found: string[] = [];
  const add = (of: string): void => {
    for (const { lv, role } of lvs[of]?.segments.flatMap(referencesOf) ?? []) {
      if (role !== 'part' || found.includes(lv)) continue;
      found.push(lv);
      add(lv);
    }
  };
  add(id);
  return found;
}

/** The volume that each part belongs to. */
export function ownersOf(lvs: Readonly<Record<string, Lv>>): Map<string, string> {
  const owners = new Map<string, string>();
  for (const id in lvs)
    for (const segment of (lvs[id] as Lv).segments)
      for (const { lv, role } of referencesOf(segment)) if (role === 'part') owners.set(lv, id);
  return owners;
}
