import { checkRegions, type DeviceRange, layout, MARGIN } from '#documents/layout.js';
import { fail } from '#tool/errors.js';
import { formatSize, type Sectors } from '#tool/units.js';
import type { Draft } from './draft.js';
import { usedRuns } from './free.js';
import { findPvs, pvName } from './lookup.js';
import type { Pv } from './metadata.js';
import { devicesOf } from './pv-edits.js';
import type { PvDevice } from './pv-layout.js';
import { complement, type Run, union } from './runs.js';

/**
 * A place on a PV for a region of `length` sectors: where `region` begins when there is room for it to grow; else one
 * before extent 0, where no volume can be; else the shortest free run of extents that is long enough.
 *
 * @throws DvmError `no-devices` (exit 65), `no-pv` (exit 80), `bad-region` (exit 64), `no-space` (exit 82)
 */
export function placeRegion(draft: Draft, word: string, length: Sectors, region?: DeviceRange): { pv: string } & DeviceRange {
  const [id = ''] = findPvs(draft, [word]);
  const device = devicesOf(draft).get(id) as PvDevice;
  checkRegions(device.size, [{ start: MARGIN, length }]);
  const stays = region && hasRoom(draft, id, device, region, length);
  return { pv: id, start: stays ? region.start : elsewhere(draft, id, device, length), length };
}

/** True when the region can have `length` sectors where it is. */
function hasRoom(draft: Draft, id: string, device: PvDevice, region: DeviceRange, length: Sectors): boolean {
  const others = device.regions.filter((r) => r.start !== region.start);
  const end = region.start + length;
  return freePlaces(draft, id, device, others).some((p) => p.start <= region.start && end <= p.start + p.length);
}

function elsewhere(draft: Draft, id: string, device: PvDevice, length: Sectors): Sectors {
  const { dataStart } = draft.pvs[id] as Pv;
  const { extentSize } = draft.vg;
  const free = freePlaces(draft, id, device, device.regions).map((place) => inWholeExtents(place, dataStart, extentSize));
  const rank = (place: DeviceRange): number => place.length - (place.start < dataStart ? Number.MAX_SAFE_INTEGER : 0);
  const [place] = free.filter((p) => p.length >= length).sort((a, b) => rank(a) - rank(b));
  if (place) return place.start;
  const largest = Math.max(0, ...free.map((p) => p.length));
  throw fail('noSpace', 'no-space', `PV "${pvName(draft, id)}" has no room for a region of ${formatSize(length)} in one piece`, {
    hint: `${largest > 0 ? `at most ${formatSize(largest)} are possible; ` : ''}take another PV, or remove or reduce volumes`,
    details: { pv: id, length, largest },
  });
}

/** What neither a volume nor one of `regions` takes. The runs are of sectors here. */
function freePlaces(draft: Draft, id: string, { size }: PvDevice, regions: readonly DeviceRange[]): DeviceRange[] {
  const { dataStart } = draft.pvs[id] as Pv;
  const { extentSize } = draft.vg;
  const volumes = (usedRuns(draft.lvs).get(id) ?? []).map((run) => ({
    start: dataStart + run.start * extentSize,
    count: run.count * extentSize,
  }));
  const taken: Run[] = [{ start: 0, count: MARGIN }, ...volumes, ...regions.map((r) => ({ start: +r.start, count: +r.length }))];
  return complement(union(taken), +layout(size, []).dataEnd).map((run) => ({ start: +run.start, length: +run.count }));
}

/** A region that begins within an extent would waste the rest of it. */
function inWholeExtents({ start, length }: DeviceRange, dataStart: Sectors, extentSize: Sectors): DeviceRange {
  const skipped = start < dataStart ? 0 : (extentSize - ((start - dataStart) % extentSize)) % extentSize;
  return { start: start + skipped, length: length - skipped };
}
