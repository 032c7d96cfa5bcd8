import type { Current } from '#dm/documents.js';
import type { Draft } from '#metadata/draft.js';
import { findVolumes } from '#metadata/lookup.js';
import type { Lv, Metadata } from '#metadata/metadata.js';
import { movesOf } from '#metadata/pv-move.js';
import { snapshotSegment, snapshotsByOrigin } from '#metadata/thick/segments.js';
import { refuseExported } from '#metadata/vg-export.js';
import { fail } from '#tool/errors.js';
import { uuidOf } from './identity.js';

/** Which volumes are to be active. */
export interface Selection {
  /** What to start from: every visible volume, those that are not kept down, nothing; else what is active now and what is new. */
  start: 'all' | 'auto' | 'none' | { current: Current; previous: Metadata['lvs'] | undefined };
  /** Names, ids or `@tag`s, added and taken away after that. */
  activate: readonly string[];
  deactivate: readonly string[];
}

/**
 * The ids of the volumes to be active. Hidden ones come with those that use them; moves go on even where nothing does.
 *
 * @throws DvmError no-volume, no-tag (exit 80), hidden-volume, exported (exit 83), contradiction (exit 64)
 */
export function select(draft: Draft, group: string, { start, activate, deactivate }: Selection): string[] {
  const up = findVolumes(draft, activate);
  const down = findVolumes(draft, deactivate);
  const both = up.find((id) => down.includes(id));
  if (both) throw fail('usage', 'contradiction', `volume "${draft.lvs[both]?.name}" is to be both active and inactive`);
  const named = start === 'all' || start === 'auto' || up.length > 0;
  if (named) refuseExported(draft);
  if (draft.vg.exported) return [];
  const chosen = new Set([...startFrom(draft, group, start), ...up]);
  const snapshots = snapshotsByOrigin(draft.lvs);
  for (const id of down) for (const gone of [id, ...(snapshots.get(id) ?? [])]) chosen.delete(gone);
  if (start !== 'none') for (const id of movesOf(draft)) chosen.add(id);
  return [...chosen].sort();
}

/** The visible volumes that are active already, where the selection starts from those. */
export function activeIds(draft: Draft, group: string, { start }: Pick<Selection, 'start'>): Set<string> {
  if (typeof start === 'string') return new Set();
  const devices = new Set(Object.values(start.current.devices).map((d) => d.uuid));
  return new Set(Object.keys(draft.lvs).filter((id) => !draft.lvs[id]?.hidden && devices.has(uuidOf(group, id))));
}

function startFrom(draft: Draft, group: string, start: Selection['start']): string[] {
  if (start === 'none') return [];
  const visible = Object.keys(draft.lvs).filter((id) => !draft.lvs[id]?.hidden);
  if (start === 'all') return visible;
  if (start === 'auto' && draft.vg.autoactivate === false) return [];
  if (start === 'auto') return visible.filter((id) => draft.lvs[id]?.autoactivate !== false);
  const active = activeIds(draft, group, { start });
  const isNew = (id: string): boolean => start.previous !== undefined && isNewToUsers(start.previous, id);
  // a snapshot is up with its origin
  return visible.filter((id) => {
    const origin = snapshotSegment(draft.lvs[id] as Lv)?.origin;
    return active.has(id) || (isNew(id) && (origin === undefined || active.has(origin) || isNew(origin)));
  });
}

/** Made since, or hidden until now: split off another one. */
function isNewToUsers(previous: Metadata['lvs'], id: string): boolean {
  return !Object.hasOwn(previous, id) || previous[id]?.hidden === true;
}
