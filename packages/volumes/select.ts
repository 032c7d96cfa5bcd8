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
  /**
   * What to start from: every visible volume; what is active now and all that is not kept down; nothing; or what is active
   * now and what is new.
   */
  start: 'all' | 'auto' | 'none' | 'current';
  /** The kernel's devices, where they are known: `current` needs them. */
  current: Current | undefined;
  /** The volumes of the version before, where that is known. */
  previous: Metadata['lvs'] | undefined;
  /** Names, ids or `@tag`s, added and taken away after that. */
  activate: readonly string[];
  deactivate: readonly string[];
}

/**
 * The ids of the volumes to be active. Hidden ones come with those that use them; moves go on even where nothing does.
 *
 * @throws DvmError no-volume, no-tag (exit 80), hidden-volume, exported (exit 83), contradiction (exit 64)
 */
export function select(draft: Draft, group: string, selection: Selection): string[] {
  const { start, activate, deactivate } = selection;
  const up = findVolumes(draft, activate);
  const down = findVolumes(draft, deactivate);
  const both = up.find((id) => down.includes(id));
  if (both) throw fail('usage', 'contradiction', `volume "${draft.lvs[both]?.name}" is to be both active and inactive`);
  const named = start === 'all' || start === 'auto' || up.length > 0;
  if (named) refuseExported(draft);
  if (draft.vg.exported) return [];
  const chosen = new Set([...startFrom(draft, group, selection), ...up]);
  const snapshots = down.length > 0 ? snapshotsByOrigin(draft.lvs) : new Map<string, string[]>();
  for (const id of down) for (const gone of [id, ...(snapshots.get(id) ?? [])]) chosen.delete(gone);
  if (start !== 'none') for (const id of movesOf(draft)) chosen.add(id);
  return [...chosen].sort();
}

/** The visible volumes that are active already, as far as that is known. */
export function activeIds(draft: Draft, group: string, { current }: Pick<Selection, 'current'>): Set<string> {
  if (!current) return new Set();
  const devices = new Set(Object.values(current.devices).map((d) => d.uuid));
  return new Set(Object.keys(draft.lvs).filter((id) => !draft.lvs[id]?.hidden && devices.has(uuidOf(group, id))));
}

function startFrom(draft: Draft, group: string, selection: Selection): string[] {
  const { start, previous } = selection;
  if (start === 'none') return [];
  const visible = Object.keys(draft.lvs).filter((id) => !draft.lvs[id]?.hidden);
  if (start === 'all') return visible;
  const active = activeIds(draft, group, selection);
  if (start === 'auto') return visible.filter((id) => active.has(id) || isAuto(draft, id));
  const isNew = (id: string): boolean => previous !== undefined && isNewToUsers(previous, id);
  // a snapshot is up with its origin
  return visible.filter((id) => {
    const origin = snapshotSegment(draft.lvs[id] as Lv)?.origin;
    return active.has(id) || (isNew(id) && (origin === undefined || active.has(origin) || isNew(origin)));
  });
}

/** Neither its own flag nor the group's keeps it down at boot. */
export function isAuto({ vg, lvs }: Pick<Draft, 'vg' | 'lvs'>, id: string): boolean {
  return vg.autoactivate !== false && lvs[id]?.autoactivate !== false;
}

/** Made since, or hidden until now: split off another one. */
function isNewToUsers(previous: Metadata['lvs'], id: string): boolean {
  return !Object.hasOwn(previous, id) || previous[id]?.hidden === true;
}
