import type { Current } from '#dm/documents.js';
import type { Draft } from '#metadata/draft.js';
import type { Lv } from '#metadata/metadata.js';
import { layerOf, uuidOf } from '../identity.js';
import { progressOfFlush } from './cache.js';
import { progressOfClone } from './clone.js';
import { progressOfIntegrity } from './integrity.js';
import { progressOfMove } from './mirror.js';
import type { Device } from './poll.js';
import { progressOfRaid } from './raid.js';
import { progressOfMerge } from './snapshot.js';
import { progressOfWritecache } from './writecache.js';

/** How far the kernel is with something that it finishes by itself, in units of its own. */
export interface Progress {
  /** `move`, `merge`, or what md calls it: `resync`, `recover`, `check` … */
  work: string;
  done: number;
  of: number;
  /** It will not get any further: a device fails. */
  failed: boolean;
}

/** What a volume with some id is at; undefined when nothing. `device` finds the device of a volume. */
export type ProgressOf = (lv: Lv, id: string, device: (lv: string, layer?: string) => Device | undefined) => Progress | undefined;

const kinds: readonly ProgressOf[] = [
  ...[progressOfMove, progressOfMerge, progressOfRaid],
  ...[progressOfClone, progressOfFlush, progressOfIntegrity, progressOfWritecache],
];

export interface Unfinished extends Progress {
  volume: string;
}

/** Everything of a group that the kernel has not finished, by name. */
export function unfinished({ lvs }: Pick<Draft, 'lvs'>, group: string, current: Current): Unfinished[] {
  const byUuid = new Map(Object.values(current.devices).map((d) => [d.uuid, d]));
  const device = (id: string, layer = layerOf(lvs[id] as Lv)): Device | undefined => byUuid.get(uuidOf(group, id, layer));
  return Object.entries(lvs)
    .flatMap(([id, lv]) => kinds.flatMap((of) => of(lv, id, device) ?? []).map((p) => ({ volume: lv.name, ...p })))
    .filter((p) => p.failed || p.done < p.of)
    .sort((a, b) => (a.volume < b.volume ? -1 : 1));
}
