import { type DeviceRange, layout } from '#documents/layout.js';
import type { Sectors } from '#tool/units.js';
import { compact } from './compact.js';
import type { Pv } from './metadata.js';
import { type Run, union } from './runs.js';

/** A device as far as its PV depends on it. */
export interface PvDevice {
  size: Sectors;
  regions: readonly DeviceRange[];
}

/**
 * A PV's extents on a device: whole ones from `dataStart` on, those under metadata regions reserved.
 *
 * @param dataStart where extent 0 is; decided by the device's layout when the PV is new
 * @throws DvmError `device-too-small` (exit 82)
 */
export function layoutPv({ size, regions }: PvDevice, extentSize: Sectors, dataStart?: Sectors): Pv {
  const place = layout(size, regions);
  const start = dataStart ?? place.dataStart;
  const extents = Math.max(0, Math.floor((place.dataEnd - start) / extentSize));
  const reserved = reservedRuns(regions, start, extents, extentSize).map((r) => ({ extent: r.start, count: r.count }));
  return compact<Pv>({ dataStart: start, extents, reserved: reserved.length > 0 ? reserved : undefined });
}

/** The extents that regions touch. */
export function reservedRuns(regions: readonly DeviceRange[], dataStart: Sectors, extents: number, extentSize: Sectors): Run[] {
  const runs = regions.map((r) => {
    const first = Math.max(0, Math.floor((r.start - dataStart) / extentSize));
    const end = Math.min(extents, Math.ceil((r.start + r.length - dataStart) / extentSize));
    return { start: first, count: end - first };
  });
  return union(runs.filter((r) => r.count > 0));
}
