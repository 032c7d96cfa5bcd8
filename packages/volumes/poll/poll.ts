import type { Current } from '#dm/documents.js';
import type { Draft } from '#metadata/draft.js';
import type { SegmentOf } from '#metadata/kinds/kind.js';
import type { Lv, Segment } from '#metadata/metadata.js';
import { layerOf, uuidOf } from '../identity.js';
import { pollCache } from './cache.js';
import { pollClone } from './clone.js';
import { pollIntegrity } from './integrity.js';
import { pollMirror } from './mirror.js';
import { pollRaid } from './raid.js';
import { pollSnapshot } from './snapshot.js';
import { pollThinPool } from './thin-pool.js';
import { pollWritecache } from './writecache.js';

/** A device of the kernel, as a poll sees it. */
export type Device = Current['devices'][string];

/** What the polls of the kinds work on. */
export interface Polled {
  draft: Draft;
  /** Of a volume, or of one of its layers; undefined while there is none. */
  device(lv: string, layer?: string): Device | undefined;
  note(line: string): void;
}

/** Takes into the draft what the kernel has finished for one segment of volume `id`. */
export type Poll<S extends Segment> = (polled: Polled, id: string, segment: S) => void;

/** The kinds that have something to finish; one file each. */
const polls: { readonly [T in Segment['type']]?: Poll<SegmentOf<T>> } = {
  cache: pollCache,
  clone: pollClone,
  integrity: pollIntegrity,
  mirror: pollMirror,
  raid: pollRaid,
  snapshot: pollSnapshot,
  'thin-pool': pollThinPool,
  writecache: pollWritecache,
};

/** Takes into the draft what the kernel has finished since the metadata was written: merges, moves, messages. */
export function poll(draft: Draft, group: string, current: Current, note: (line: string) => void): void {
  const byUuid = new Map(Object.values(current.devices).map((d) => [d.uuid, d]));
  const device: Polled['device'] = (lv, layer = layerOf(draft.lvs[lv] as Lv)) => byUuid.get(uuidOf(group, lv, layer));
  for (const [id, lv] of Object.entries(draft.lvs))
    for (const segment of lv.segments) {
      const run = polls[segment.type] as Poll<Segment> | undefined;
      if (run && draft.lvs[id]) run({ draft, device, note }, id, segment);
    }
}
