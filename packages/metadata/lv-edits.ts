import { fail } from '#tool/errors.js';
import { formatSize } from '#tool/units.js';
import { editAnnotations } from './annotations.js';
import { cacheSegment } from './cache/segments.js';
import { refuseCloning, setHydration } from './clone/segments.js';
import { compact } from './compact.js';
import { cryptSegment } from './crypt/create.js';
import type { Draft } from './draft.js';
import { refuseIntegrity } from './integrity/change.js';
import { partsOf, referencesOf } from './kinds/kinds.js';
import { rowOf } from './kinds/raid.js';
import { findVolume, findVolumes } from './lookup.js';
import { type AllocationChoice, sharesOf, storedPolicy } from './lv-space.js';
import type { Lv } from './metadata.js';
import { refuseTakenMinor } from './minors.js';
import { checkVolumeName } from './names.js';
import { storedAutoactivate } from './new-volume.js';
import { raidOf, reduceRaid, refuseReshaping } from './raid/resize.js';
import { roundToStripes, sizeOf, truncate } from './segments.js';
import { type SizeOptions, wantedSize } from './sizes.js';
import { spaceOf } from './space.js';
import { editTags } from './tags.js';
import { refuseOrigin } from './thick/resize.js';
import { snapshotSegment } from './thick/segments.js';
import { deleteDevices } from './thin/remove.js';
import { poolSegment } from './thin/segments.js';
import { dropIdleSpare } from './thin/spare.js';
import { refuseWritecache } from './writecache/segments.js';

/**
 * Cuts extents off a volume's end, whole stripes only. Its content is not looked at.
 *
 * @returns notes for people
 * @throws DvmError `bad-size`, `not-smaller` (exit 64), `no-volume` (exit 80), `cannot-reduce`, `has-snapshots`, `cloning`, `has-integrity` (exit 83)
 */
export function reduceVolume(draft: Draft, volume: string, options: SizeOptions): string[] {
  const id = findVolume(draft, volume);
  const lv = draft.lvs[id] as Lv;
  refuseReduction(lv);
  refuseCloning(lv, 'it cannot be resized');
  refuseIntegrity(lv);
  refuseWritecache(lv, 'it cannot be made smaller');
  refuseOrigin(draft, id);
  const now = sizeOf(lv);
  const shares = { ...sharesOf(draft, spaceOf(draft, [])), LV: () => now };
  const wanted = wantedSize(options, draft.vg.extentSize, shares, '-');
  const left = wanted.sign === '-' ? now - wanted.extents : wanted.extents;
  if (left <= 0)
    throw fail('usage', 'bad-size', `volume "${lv.name}" has ${now} extents: nothing would be left`, {
      hint: 'lv_remove removes it',
    });
  if (left > now)
    throw fail('usage', 'not-smaller', `volume "${lv.name}" has ${now} extents, fewer than the ${left} asked for`, {
      hint: 'lv_extend makes it larger',
    });
  const raid = raidOf(lv);
  const size = raid ? Math.ceil(left / rowOf(raid)) * rowOf(raid) : roundToStripes(lv.segments, left);
  if (size === now) return [`volume "${lv.name}" already has ${now} extents`];
  if (raid) reduceRaid(draft, id, raid, size);
  else draft.setLv(id, { ...lv, segments: truncate(lv.segments, size) });
  const text = `volume "${lv.name}": reduced to ${size} extents, ${formatSize(size * draft.vg.extentSize)}`;
  return [`${text}; what lies behind is lost: a file system on it must have been shrunk first`];
}

function refuseReduction(lv: Lv): void {
  const what = poolSegment(lv) ? 'thin pool' : snapshotSegment(lv) ? 'snapshot' : undefined;
  if (what) throw fail('inUse', 'cannot-reduce', `${what} "${lv.name}" cannot be made smaller: its chunks lie anywhere in it`);
  if (cryptSegment(lv)) throw fail('inUse', 'cannot-reduce', `volume "${lv.name}" is encrypted: it cannot be made smaller`);
  if (cacheSegment(lv))
    throw fail('inUse', 'cannot-reduce', `volume "${lv.name}" is cached: it cannot be made smaller`, {
      hint: `take the cache off first: lv_cache ${lv.name} --off`,
    });
}

/**
 * Removes volumes, with the hidden ones that are parts of them.
 *
 * @throws DvmError `no-volume`, `no-tag` (exit 80), `volume-in-use` (exit 83) when another volume lies on one
 */
export function removeVolumes(draft: Draft, words: readonly string[]): void {
  const named = findVolumes(draft, words);
  const gone = new Set(named.flatMap((id) => [id, ...partsOf(draft.lvs, id)]));
  for (const [id, lv] of Object.entries(draft.lvs)) {
    const below = gone.has(id) ? undefined : lv.segments.flatMap(referencesOf).find((r) => gone.has(r.lv))?.lv;
    if (below)
      throw fail('inUse', 'volume-in-use', `volume "${draft.lvs[below]?.name}" is used by volume "${lv.name}"`, {
        hint: `remove "${lv.name}" first`,
      });
  }
  deleteDevices(draft, gone);
  for (const id of gone) draft.removeLv(id);
  dropIdleSpare(draft);
}

/**
 * @returns notes for people
 * @throws DvmError `bad-name` (exit 64), `no-volume` (exit 80), `name-taken` (exit 81)
 */
export function renameVolume(draft: Draft, volume: string, name: string): string[] {
  const id = findVolume(draft, volume);
  const lv = draft.lvs[id] as Lv;
  checkVolumeName(name, draft.groupName);
  if (lv.name === name) return [`volume "${name}" already has that name`];
  if (draft.idOf(name) !== undefined) throw fail('exists', 'name-taken', `volume "${name}" already exists in ${draft.group}`);
  draft.setLv(id, { ...lv, name });
  renameParts(draft, id, lv.name, name);
  return [];
}

/** Hidden volumes are called after the one they are parts of: `data_tmeta`. */
function renameParts(draft: Draft, id: string, from: string, to: string): void {
  for (const part of partsOf(draft.lvs, id)) {
    const lv = draft.lvs[part] as Lv;
    if (lv.name.startsWith(`${from}_`)) draft.setLv(part, { ...lv, name: `${to}${lv.name.slice(from.length)}` });
  }
}

export interface VolumeChanges {
  addTags: readonly string[];
  delTags: readonly string[];
  /** `KEY=VALUE`; `KEY=` removes. */
  annotate?: readonly string[] | undefined;
  readOnly?: 'on' | 'off' | undefined;
  autoactivate?: 'on' | 'off' | undefined;
  /** Of a clone: whether it copies in the background. */
  hydration?: 'on' | 'off' | undefined;
  /** `none`: the kernel chooses. */
  minor?: number | 'none' | undefined;
  allocation?: AllocationChoice | undefined;
}

/**
 * @returns notes for people
 * @throws DvmError `bad-tag`, `bad-annotation` (exit 64), `reshaping` (exit 75), `no-volume`, `no-tag` (exit 80), `minor-taken` (exit 81),
 *   `not-a-clone` (exit 83)
 */
export function setVolumes(draft: Draft, words: readonly string[], changes: VolumeChanges): string[] {
  const { minor, hydration } = changes;
  return findVolumes(draft, words).flatMap((id) => {
    const lv = draft.lvs[id] as Lv;
    const raid = changes.readOnly === undefined ? undefined : raidOf(lv);
    if (raid) refuseReshaping(lv, raid);
    if (typeof minor === 'number') refuseTakenMinor(draft, id, minor);
    draft.setLv(id, changed(lv, changes));
    const notes = hydration === undefined ? [] : setHydration(draft, id, hydration);
    if (minor === undefined || draft.lvs[id]?.minor === lv.minor) return notes;
    return [...notes, `volume "${lv.name}": its device gets that number when it is next activated`];
  });
}

function changed(lv: Lv, changes: VolumeChanges): Lv {
  const { addTags, delTags, annotate, readOnly, autoactivate, minor, allocation } = changes;
  return compact<Lv>({
    ...lv,
    tags: editTags(lv.tags, addTags, delTags),
    annotations: editAnnotations(lv.annotations, annotate),
    readOnly: readOnly === undefined ? lv.readOnly : readOnly === 'on' ? true : undefined,
    autoactivate: storedAutoactivate(lv.autoactivate, autoactivate),
    minor: minor === undefined ? lv.minor : minor === 'none' ? undefined : minor,
    allocation: allocation === undefined ? lv.allocation : storedPolicy(allocation),
  });
}
