import { mangle } from '#documents/names.js';
import { fail } from '#tool/errors.js';
import { type Extents, formatSize, parseSize, type Sectors } from '#tool/units.js';
import { compact } from '../compact.js';
import type { Draft } from '../draft.js';
import { type CloneSegment, isRegionSize } from '../kinds/clone.js';
import { type PartIds, putPart } from '../layers.js';
import { findVolume } from '../lookup.js';
import { type AllocationChoice, grow, storedPolicy } from '../lv-space.js';
import type { Lv } from '../metadata.js';
import { checkNew, type NewVolumeFlags, newVolume } from '../new-volume.js';
import { appendRows, sizeOf } from '../segments.js';
import { spaceOf } from '../space.js';
import { refuseCloning } from './segments.js';

export interface NewClone extends NewVolumeFlags {
  /** Name or id of a volume, or the path of a block device. */
  source: string;
  /** Of a source by path: its size, with a unit. */
  size?: string | undefined;
  /** With a unit. */
  regionSize?: string | undefined;
  hydration: boolean;
  threshold?: number | undefined;
  batchSize?: number | undefined;
  allocation?: AllocationChoice | undefined;
  pvs: readonly string[];
  partIds: PartIds;
}

/** 64 KiB. */
const defaultRegion: Sectors = 128;

/**
 * Creates a volume that has the content of its source at once, and copies it bit by bit.
 *
 * @returns notes for people
 * @throws DvmError `bad-name`, `bad-source`, `no-size`, `bad-size`, `bad-region-size`, `bad-hydration`, `bad-tag` (exit 64),
 *   `no-volume`, `no-pv` (exit 80), `name-taken`, `id-taken`, `minor-taken` (exit 81), `no-space` (exit 82),
 *   `origin-writable`, `cloning` (exit 83)
 */
export function createClone(draft: Draft, c: NewClone): string[] {
  checkNew(draft, c);
  const regionSize = c.regionSize === undefined ? defaultRegion : parseSize(c.regionSize, 'region size');
  if (!isRegionSize(regionSize))
    throw fail('usage', 'bad-region-size', `region size ${formatSize(regionSize)} is not a power of two from 4K to 1G`);
  const { source, count } = c.source.startsWith('/') ? sourceByPath(draft, c) : sourceVolume(draft, c);
  const { threshold, batchSize } = pace(c);
  const sectors = count * draft.vg.extentSize;
  const dest = newPart(draft, c, 'cdest', count);
  const meta = newPart(draft, c, 'clmeta', Math.ceil(metadataSectors(sectors, regionSize) / draft.vg.extentSize));
  const hydration = c.hydration ? undefined : (false as const);
  const base = { start: 0, count, type: 'clone' as const, areas: [{ lv: dest, extent: 0 }], meta, source, regionSize };
  draft.setLv(c.id, newVolume(c, { segments: [compact<CloneSegment>({ ...base, hydration, threshold, batchSize })] }));
  return source.size !== undefined && source.size < sectors
    ? [`volume "${c.name}": rounded up to ${count} extents, ${formatSize(sectors)}`]
    : [];
}

interface Source {
  source: CloneSegment['source'];
  count: Extents;
}

/** What is read for long must not change. */
function sourceVolume(draft: Draft, { source, size }: NewClone): Source {
  const id = findVolume(draft, source);
  const lv = draft.lvs[id] as Lv;
  if (size !== undefined) throw fail('usage', 'bad-size', `a clone of volume "${lv.name}" has that one's size`);
  if (lv.segments.some((s) => s.type === 'thin-pool'))
    throw fail('usage', 'bad-source', `volume "${lv.name}" is a thin pool: there is nothing to copy`);
  refuseCloning(lv, 'it cannot be the source of another clone');
  if (!lv.readOnly)
    throw fail('inUse', 'origin-writable', `volume "${lv.name}" is to be the source of a clone, and is writable`, {
      hint: `lv_set ${lv.name} --read-only on`,
    });
  return { source: { lv: id }, count: sizeOf(lv) };
}

/** A device of others: that nobody writes to it is the user's word. Its size tells it from another one later. */
function sourceByPath(draft: Draft, { source: path, size }: NewClone): Source {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\s\u0000-\u001f\u007f]/.test(path) || path.length > 4096)
    throw fail('usage', 'bad-source', `path "${path}" of a source has blanks or control characters, which a table cannot have`);
  const name = draft.groupName;
  if (name !== undefined && [`/dev/dvm/${name}/`, `/dev/mapper/${mangle(name)}-`].some((own) => path.startsWith(own)))
    throw fail('usage', 'bad-source', `source "${path}" is a volume of the group itself`, { hint: 'name the volume instead' });
  if (size === undefined)
    throw fail('usage', 'no-size', `size of source "${path}" is not given`, {
      hint: `--size $(blockdev --getsz ${path})s`,
    });
  const sectors = parseSize(size);
  if (sectors === 0) throw fail('usage', 'bad-size', `size of source "${path}" is 0`);
  return { source: { path, size: sectors }, count: Math.ceil(sectors / draft.vg.extentSize) };
}

function pace({ threshold, batchSize }: NewClone): Pick<NewClone, 'threshold' | 'batchSize'> {
  for (const n of [threshold, batchSize])
    if (n !== undefined && (n < 1 || n > 2 ** 20))
      throw fail('usage', 'bad-hydration', `${n} regions at once are not within 1 to 1048576`);
  return { threshold, batchSize };
}

function newPart(draft: Draft, c: NewClone, suffix: string, extents: Extents): string {
  const allocation = storedPolicy(c.allocation);
  const size = { sign: '' as const, extents, rounded: false };
  const growth = { what: `volume "${c.name}"`, size, stripes: 1, policy: allocation ?? draft.vg.allocation };
  const { rows } = grow(draft, growth, spaceOf(draft, c.pvs));
  const name = `${c.name}_${suffix}`;
  const id = c.partIds(name);
  putPart(draft, id, compact<Lv>({ name, hidden: true, allocation, segments: appendRows([], rows, 0) }));
  return id;
}

/**
 * A bit for each region, in blocks of 4 KiB with room to be written anew twice over, and 2 MiB for all the rest
 * (drivers/md/dm-clone-metadata.c keeps a bitset and a space map).
 */
function metadataSectors(sectors: Sectors, regionSize: Sectors): Sectors {
  const bitset = Math.ceil(Math.ceil(sectors / regionSize) / 8 / 4096) * 8;
  return 4096 + 3 * bitset;
}
