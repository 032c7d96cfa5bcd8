import { fail } from '#tool/errors.js';
import { formatSize, SECTOR, type Sectors } from '#tool/units.js';
import type { Unit } from './choices.js';

const sectorsIn: Readonly<Record<Unit, number>> = {
  h: 1,
  b: 1 / SECTOR,
  s: 1,
  k: 2,
  m: 2 ** 11,
  g: 2 ** 21,
  t: 2 ** 31,
  p: 2 ** 41,
  e: 2 ** 51,
};

/** Ends of the keys of sizes in JSON and CSV: `lv_size_sectors`. */
export const unitWord: Readonly<Record<Unit, string>> = {
  h: 'sectors',
  b: 'bytes',
  s: 'sectors',
  k: 'kib',
  m: 'mib',
  g: 'gib',
  t: 'tib',
  p: 'pib',
  e: 'eib',
};

/**
 * A size as a number of the unit (`h` counts sectors). Units are powers of two, so nothing is rounded.
 *
 * @throws DvmError `size-too-large` (exit 64) for bytes past 2^53, which JSON readers would round
 */
export function sizeNumber(sectors: Sectors, unit: Unit): number {
  const n = sectors / sectorsIn[unit];
  if (n > Number.MAX_SAFE_INTEGER)
    throw fail('usage', 'size-too-large', `a size of ${formatSize(sectors)} cannot be told exactly in bytes`, {
      hint: 'use --units s',
    });
  return n;
}

/** A size for a table: `1.5G`, `2048s`, at most two decimals. */
export function sizeText(sectors: Sectors, unit: Unit): string {
  if (unit === 'h') return formatSize(sectors);
  if (unit === 'b') return `${BigInt(sectors) * BigInt(SECTOR)}B`;
  if (unit === 's') return `${sectors}s`;
  return `${Number((sectors / sectorsIn[unit]).toFixed(2))}${unit.toUpperCase()}`;
}
