import { fail } from '#tool/errors.js';
import { compact } from '../compact.js';
import type { Draft } from '../draft.js';
import { isPlain } from '../kinds/plain.js';
import type { Writecache } from '../kinds/writecache.js';
import { writecacheSettings } from '../kinds/writecache.schema.js';
import { type PartIds, pushDown, putPart } from '../layers.js';
import { findVolume } from '../lookup.js';
import { grow, roundingNote, sharesOf } from '../lv-space.js';
import type { Lv } from '../metadata.js';
import { appendRows, sizeOf } from '../segments.js';
import { type SizeOptions, wantedSize } from '../sizes.js';
import { spaceOf } from '../space.js';
import { writecacheSegment } from './segments.js';

export interface NewWritecache extends SizeOptions {
  volume: string;
  blockSize: Writecache['blockSize'];
  settings?: Record<string, number> | undefined;
  /** Where the cache lies. */
  pvs: readonly string[];
  partIds: PartIds;
}

/** In chunks of the least that the kernel can work with beside its records, in sectors. */
const LEAST = 2048;

/**
 * Has the writes to a volume go to a faster device first. It may be in use.
 *
 * @returns notes for people
 * @throws DvmError `no-size`, `bad-size`, `bad-name`, `bad-setting` (exit 64), `no-volume`, `no-pv` (exit 80), `no-space` (exit 82),
 *   `cannot-cache` (exit 83)
 */
export function createWritecache(draft: Draft, c: NewWritecache): string[] {
  const id = findVolume(draft, c.volume);
  const lv = draft.lvs[id] as Lv;
  refuseKind(lv);
  const settings = checkedSettings(c.settings);
  const space = spaceOf(draft, c.pvs);
  const size = wantedSize(c, draft.vg.extentSize, { ...sharesOf(draft, space), ORIGIN: () => sizeOf(lv) });
  const what = `writecache of volume "${lv.name}"`;
  if (size.extents * draft.vg.extentSize < LEAST && !size.share) throw fail('usage', 'bad-size', `${what} is smaller than 1M`);
  const { rows, extents } = grow(draft, { what, size, stripes: 1, policy: draft.vg.allocation }, space);
  const cache = c.partIds(`${lv.name}_cvol`);
  putPart(draft, cache, { name: `${lv.name}_cvol`, hidden: true, segments: appendRows([], rows, 0) });
  const origin = pushDown(draft, id, `${lv.name}_wcorig`, c.partIds);
  const areas = [{ lv: origin, extent: 0 }];
  const segment: Writecache = { start: 0, count: sizeOf(lv), type: 'writecache', areas, cache, blockSize: c.blockSize };
  draft.setLv(id, { ...lv, segments: [compact<Writecache>({ ...segment, settings })] });
  return roundingNote(draft, what, size, extents);
}

/**
 * Takes the cache off a volume, when the kernel has written everything back:
 *
 *     in use ──marked──▶ written back (`cleaner`) ──vg_poll sees nothing left──▶ taken apart
 *
 * @returns notes for people
 * @throws DvmError `no-volume` (exit 80)
 */
export function removeWritecache(draft: Draft, volume: string): string[] {
  const id = findVolume(draft, volume);
  const lv = draft.lvs[id] as Lv;
  const segment = writecacheSegment(lv);
  if (!segment) return [`volume "${lv.name}" has no writecache`];
  if (segment.cleaner) return [`the writecache of volume "${lv.name}" is being written back already`];
  draft.setLv(id, { ...lv, segments: [{ ...segment, cleaner: true }] });
  return [`the writecache of volume "${lv.name}" goes when everything is written back: vg_wait, then any update`];
}

function refuseKind(lv: Lv): void {
  if (writecacheSegment(lv))
    throw fail('inUse', 'cannot-cache', `volume "${lv.name}" has a writecache already`, {
      hint: `take it off first: lv_writecache ${lv.name} --off`,
    });
  const other = lv.segments.find((s) => !isPlain(s) && s.type !== 'raid');
  if (other)
    throw fail('inUse', 'cannot-cache', `volume "${lv.name}" is ${other.type}: linear, striped and raid have writecaches`);
}

function checkedSettings(settings: Record<string, number> | undefined): Writecache['settings'] {
  const odd = Object.keys(settings ?? {}).find((key) => !(writecacheSettings as readonly string[]).includes(key));
  if (odd === undefined) return settings as Writecache['settings'];
  throw fail('usage', 'bad-setting', `setting "${odd}" is none of ${writecacheSettings.join(', ')}`);
}
