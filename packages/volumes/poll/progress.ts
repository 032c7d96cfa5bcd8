import type { Current } from '#dm/documents.js';
import type { Draft } from '#metadata/draft.js';
import type { Lv } from '#metadata/metadata.js';
import { layerOf, uuidOf } from '../identity.js';
import { progressOfMove } from './mirror.js';
import type { Device } from './poll.js';

/** How far the kernel is with something that it finishes by itself, in units of its own. */
export interface Progress {
  /** `move`, `sync`, `merge` … */
  work: string;
  done: number;
  of: number;
  /** It will not get any further: a device fails. */
  failed: boolean;
}

/** What one kind of volume is at; undefined when nothing. */
export type ProgressOf = (lv: Lv, device: Device | undefined) => Progress | undefined;

const kinds: readonly ProgressOf[] = [progressOfMove];

export interface Unfinished extends Progress {
  volume: string;
}

/** Everything of a group that the kernel has not finished, by name. */
export function unfinished({ lvs }: Pick<Draft, 'lvs'>, group: string, current: Current): Unfinished[] {
  const byUuid = new Map(Object.values(current.devices).map((d) => [d.uuid, d]));
  return Object.entries(lvs)
    .flatMap(([id, lv]) => {
      const device = byUuid.get(uuidOf(group, id, layerOf(lv)));
      return kinds.flatMap((of) => of(lv, device) ?? []).map((p) => ({ volume: lv.name, ...p }));
    })
    .filter((p) => p.failed || p.done < p.of)
    .sort((a, b) => (a.volume < b.volume ? -1 : 1));
}
