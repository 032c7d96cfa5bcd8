import { fail } from '#tool/errors.js';
import { formatSize, type Sectors } from '#tool/units.js';

/** A range of a device, in sectors. */
export interface DeviceRange {
  readonly start: Sectors;
  readonly length: Sectors;
}

/** Where the data of a PV lies: sectors `dataStart` up to `dataEnd`, without the `reserved` ranges inside. */
export interface DeviceLayout {
  dataStart: Sectors;
  dataEnd: Sectors;
  /** Metadata regions that lie in the data area, in order of `start`. */
  reserved: DeviceRange[];
}

export const MIB = 2048;
/** Labels and regions are made of blocks of 4 KiB, so that they are aligned on every device. */
export const BLOCK = 8;
/** Nothing but labels (and what partition tables and boot loaders leave) lies in the first and in the last MiB. */
export const MARGIN = MIB;
/** The first region starts here by default. */
export const FIRST_REGION = MARGIN;

/** The default region is 1/256 of the device within these bounds. */
const smallestRegion = 4 * MIB;
const largestRegion = 1024 * MIB;

/**
 * Where the two copies of a label lie: 4 KiB each, the first at byte 4096, the second in the
 * last aligned 4 KiB of the device (docs/formats/layout.md).
 *
 * @throws DvmError `device-too-small` (exit 82)
 */
export function labelPlaces(size: Sectors): [Sectors, Sectors] {
  checkSize(size, 2 * MARGIN + MIB);
  return [BLOCK, roundDown(size, BLOCK) - BLOCK];
}

/**
 * The region a device gets when none is asked for: 1/256 of it, 4 MiB to 1 GiB, in whole MiB, from 1 MiB on.
 *
 * @throws DvmError `device-too-small` (exit 82) when less than 1 MiB would be left for data
 */
export function defaultRegion(size: Sectors): DeviceRange {
  const length = Math.min(Math.max(roundDown(size / 256, MIB), smallestRegion), largestRegion);
  checkSize(size, MARGIN + length + MIB + MARGIN);
  return { start: FIRST_REGION, length };
}

/**
 * Checks regions that somebody asked for: whole blocks, outside the margins, not one over another.
 *
 * @throws DvmError `bad-region` (exit 64)
 */
export function checkRegions(size: Sectors, regions: readonly DeviceRange[]): void {
  const end = dataEndOf(size);
  let last: DeviceRange | undefined;
  for (const r of inOrder(regions)) {
    if (r.start % BLOCK !== 0 || r.length % BLOCK !== 0 || r.length <= 0) throw badRegion(r, 'is not made of whole 4 KiB blocks');
    if (r.start < MARGIN) throw badRegion(r, `starts in the first MiB, which is kept free`);
    if (r.start + r.length > end)
      throw badRegion(r, `ends after ${formatSize(end)}, where the last MiB of the device is kept free`);
    if (last && last.start + last.length > r.start) throw badRegion(r, `overlaps region "${text(last)}"`);
    last = r;
  }
}

/**
 * The data area of a device of `size` sectors that carries `regions`: from 1 MiB, or from the MiB after a
 * region that starts there, to the last whole MiB before the last MiB of the device. Other regions are reserved
 * ranges in it. The start is decided once, when a PV joins its group; a region added later is reserved.
 *
 * @throws DvmError `device-too-small` (exit 82)
 */
export function layout(size: Sectors, regions: readonly DeviceRange[]): DeviceLayout {
  checkSize(size, 2 * MARGIN + MIB);
  const first = regions.find((r) => r.start === FIRST_REGION);
  const dataEnd = dataEndOf(size);
  const dataStart = Math.min(first ? roundUp(first.start + first.length, MIB) : MARGIN, dataEnd);
  const inside = (r: DeviceRange): boolean => r.start + r.length > dataStart && r.start < dataEnd;
  return { dataStart, dataEnd, reserved: inOrder(regions).filter(inside) };
}

function dataEndOf(size: Sectors): Sectors {
  return roundDown(size - MARGIN, MIB);
}

function inOrder(regions: readonly DeviceRange[]): DeviceRange[] {
  return regions.map(({ start, length }) => ({ start, length })).sort((a, b) => a.start - b.start);
}

function checkSize(size: Sectors, needed: Sectors): void {
  if (size < needed)
    throw fail('noSpace', 'device-too-small', `device of ${formatSize(size)} is too small: ${formatSize(needed)} needed`);
}

function badRegion(r: DeviceRange, why: string) {
  return fail('usage', 'bad-region', `region "${text(r)}" ${why}`, { details: { start: r.start, length: r.length } });
}

function text(r: DeviceRange): string {
  return `${formatSize(r.start)}+${formatSize(r.length)}`;
}

function roundDown(n: number, step: number): number {
  return Math.floor(n / step) * step;
}

function roundUp(n: number, step: number): number {
  return Math.ceil(n / step) * step;
}
