import type { Devices } from '#documents/devices.js';
import type { Envelope } from '#documents/group.js';
import { checkRegions, type DeviceRange } from '#documents/layout.js';
import type { Region } from '#documents/regions.js';
import { fail } from '#tool/errors.js';
import { formatSize } from '#tool/units.js';
import { memberRegions } from './context.js';

/** The regions that PVs are to have, by PV id. */
export type Wanted = ReadonlyMap<string, readonly DeviceRange[]>;

/** A PV whose label is to name other regions. */
export interface PvChange {
  pv: string;
  /** What its label will say, in order. */
  regions: DeviceRange[];
  added: Region[];
  removed: Region[];
}

/** What has to change for PVs to have the wanted regions. A region is known by where it begins. */
export function planRegions(devices: Devices['devices'], wanted: Wanted): PvChange[] {
  return [...wanted].flatMap(([pv, ranges]) => {
    const { path = '', regions: have = [] } = devices[pv] ?? {};
    const regions = [...ranges].sort((a, b) => a.start - b.start);
    if (sameRanges(regions, have)) return [];
    const without = (a: readonly DeviceRange[], b: readonly DeviceRange[]): Region[] =>
      a.filter((r) => !b.some((other) => other.start === r.start)).map(({ start, length }) => ({ path, start, length }));
    return [{ pv, regions, added: without(regions, have), removed: without(have, regions) }];
  });
}

function sameRanges(a: readonly DeviceRange[], b: readonly DeviceRange[]): boolean {
  return a.length === b.length && a.every((r) => b.some((other) => other.start === r.start && other.length === r.length));
}

/** The devices as they will be when the labels name the wanted regions. */
export function devicesWith(devices: Devices['devices'], wanted: Wanted): Devices['devices'] {
  const changed = Object.entries(devices).map(([pv, d]) => {
    const ranges = wanted.get(pv);
    return [pv, ranges ? { ...d, regions: [...ranges].sort((a, b) => a.start - b.start) } : d] as const;
  });
  return Object.fromEntries(changed);
}

/** What present PVs are getting by a change of regions that is not finished. */
export function unfinishedRegions(devices: Devices['devices'], members: Envelope['pvs']): Wanted {
  return new Map(
    Object.entries(members).flatMap(([pv, { next }]) => (next && Object.hasOwn(devices, pv) ? [[pv, next] as const] : [])),
  );
}

/** Present PVs whose labels name other regions than the group knows of; never so unless two halves of it went apart. */
export function strangeRegions(devices: Devices['devices'], members: Envelope['pvs']): string[] {
  const isStrange = ([pv, { regions, next }]: [string, Envelope['pvs'][string]]): boolean => {
    const found = devices[pv]?.regions;
    return found !== undefined && !next && !sameRanges(regions, found);
  };
  return Object.entries(members)
    .filter(isStrange)
    .map(([pv]) => pv);
}

/** Most regions of one PV, and the smallest one (sectors): what a label holds and the replicator takes. */
export interface RegionLimits {
  most: number;
  smallest: number;
}

/**
 * Holds a request to what can be: present members, regions within their devices, none over one that is or was there, none
 * that shrinks, and at least one left in the group.
 *
 * @throws DvmError `bad-region` (exit 64), `missing-device` (exit 84), `last-region` (exit 83)
 */
export function checkWanted(devices: Devices, members: Envelope['pvs'], wanted: Wanted, limits: RegionLimits): void {
  for (const [pv, ranges] of wanted) {
    const device = devices.devices[pv];
    if (!device) throw fail('outOfSync', 'missing-device', `the device of PV "${pv}" is not there`);
    checkRegions(device.size, ranges);
    if (ranges.length > limits.most) throw bad(`PV "${device.path}" cannot have more than ${limits.most} regions`);
    const small = ranges.find((r) => r.length < limits.smallest);
    if (small) throw bad(`region of ${formatSize(small.length)} is smaller than ${formatSize(limits.smallest)}`);
    for (const old of device.regions) checkBeside(device.path, old, ranges);
  }
  if (memberRegions(devicesWith(devices.devices, wanted), members).length > 0) return;
  throw fail('inUse', 'last-region', `no device of group "${devices.group.name}" would carry its metadata any more`, {
    hint: 'give another one a region first: tm regions add',
  });
}

/** While regions are exchanged both lie on the device. */
function checkBeside(path: string, old: DeviceRange, ranges: readonly DeviceRange[]): void {
  const same = ranges.find((r) => r.start === old.start);
  if (same && same.length < old.length)
    throw bad(`region "${rangeWord(old)}" of "${path}" cannot shrink to ${formatSize(same.length)}`);
  const over = ranges.find((r) => r.start !== old.start && r.start < old.start + old.length && old.start < r.start + r.length);
  if (over) throw bad(`region "${rangeWord(over)}" lies over region "${rangeWord(old)}" of "${path}"`);
}

function bad(message: string) {
  return fail('usage', 'bad-region', message);
}

/** A range as programs take it on the command line. */
export function rangeWord({ start, length }: DeviceRange): string {
  return `${start}s+${length}s`;
}
