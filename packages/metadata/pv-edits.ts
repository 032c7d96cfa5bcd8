import { isId } from '#documents/ids.js';
import { fail } from '#tool/errors.js';
import { compact } from './compact.js';
import type { Draft } from './draft.js';
import { areaLength } from './kinds/kinds.js';
import { deviceAt, findPvs, missingPv, pvName } from './lookup.js';
import type { Pv } from './metadata.js';
import { layoutPv, type PvDevice } from './pv-layout.js';
import { intersection, type Run } from './runs.js';
import { editTags } from './tags.js';
import { knownPvs } from './vg-create.js';

/**
 * Adds PVs that the envelope or the devices name; all of them without a list. Those already there stay as they are.
 *
 * @returns the ids of those added
 * @throws DvmError `no-devices` (exit 65), `no-pv` (exit 80), `device-too-small` (exit 82)
 */
export function addPvs(draft: Draft, words: readonly string[]): string[] {
  const known = devicesOf(draft);
  const wanted = words.length === 0 ? [...known.keys()] : words.map((w) => knownPv(draft, known, w));
  const added = wanted.filter((id) => !Object.hasOwn(draft.pvs, id));
  for (const id of added) draft.setPv(id, layoutPv(known.get(id) as PvDevice, draft.vg.extentSize));
  return added;
}

/** @throws DvmError `no-devices` (exit 65) for a metadata document alone */
export function devicesOf({ envelope, devices }: Draft): Map<string, PvDevice> {
  if (!envelope || !devices)
    throw fail('badInput', 'no-devices', 'a metadata document alone does not say how large its devices are', {
      hint: 'give the filter a group document, as tm does',
    });
  return knownPvs({ envelope, devices });
}

function knownPv(draft: Draft, known: Map<string, PvDevice>, word: string): string {
  const id = isId(word) ? word : deviceAt(draft, word);
  return id !== undefined && known.has(id) ? id : missingPv(draft, word);
}

/**
 * Removes PVs that no volume lies on.
 *
 * @throws DvmError `no-pv` (exit 80), `pv-in-use` (exit 83)
 */
export function removePvs(draft: Draft, words: readonly string[]): void {
  for (const id of findPvs(draft, words)) {
    const users = usersOf(draft, id);
    if (users.length > 0) throw inUse(`PV "${pvName(draft, id)}" is used by ${listed(users)}`, users);
    draft.removePv(id);
  }
}

/**
 * Fits PVs to their devices' present size and regions.
 *
 * @throws DvmError `no-devices` (exit 65), `no-pv` (exit 80), `pv-in-use` (exit 83) when extents in use would be lost
 */
export function resizePvs(draft: Draft, words: readonly string[]): void {
  const known = devicesOf(draft);
  for (const id of findPvs(draft, words)) {
    const [pv, device] = [draft.pvs[id], known.get(id)];
    if (!pv || !device) continue;
    const { extents, reserved } = layoutPv(device, draft.vg.extentSize, pv.dataStart);
    const lost: Run[] = [
      ...(reserved ?? []).map((r) => ({ start: r.extent, count: r.count })),
      { start: extents, count: pv.extents },
    ];
    const users = usersOf(draft, id, lost);
    if (users.length > 0) throw inUse(`PV "${pvName(draft, id)}" would lose extents that ${listed(users)} uses`, users);
    if (extents !== pv.extents || JSON.stringify(reserved) !== JSON.stringify(pv.reserved))
      draft.setPv(id, compact<Pv>({ ...pv, extents, reserved }));
  }
}

export interface PvChanges {
  allocatable?: 'on' | 'off' | undefined;
  addTags: readonly string[];
  delTags: readonly string[];
}

/** @throws DvmError `no-pv` (exit 80), `bad-tag` (exit 64) */
export function setPvs(draft: Draft, words: readonly string[], { allocatable, addTags, delTags }: PvChanges): void {
  for (const id of findPvs(draft, words)) {
    const pv = draft.pvs[id] as Pv;
    const may = allocatable === undefined ? pv.allocatable : allocatable === 'off' ? false : undefined;
    draft.setPv(id, compact<Pv>({ ...pv, allocatable: may, tags: editTags(pv.tags, addTags, delTags) }));
  }
}

/** Names of the volumes that lie on a PV, or on some of its extents. */
export function usersOf({ lvs }: Draft, pv: string, within?: readonly Run[]): string[] {
  const touches = (start: number, count: number): boolean =>
    !within || within.some((r) => intersection([r], [{ start, count }]).length > 0);
  const uses = Object.values(lvs).filter((lv) =>
    lv.segments.some((s) => s.areas.some((a) => a.pv === pv && touches(a.extent, areaLength(s)))),
  );
  return uses.map((lv) => lv.name).sort();
}

function inUse(message: string, volumes: string[]) {
  return fail('inUse', 'pv-in-use', message, { hint: 'remove, reduce or move those volumes first', details: { volumes } });
}

/** Names for a message, at most ten. */
export function listed(volumes: string[]): string {
  const shown = volumes.slice(0, 10).map((v) => `"${v}"`);
  return `${shown.join(', ')}${volumes.length > 10 ? ` and ${volumes.length - 10} more volumes` : ''}`;
}
