import { fail } from '#tool/errors.js';
import { type Extents, parseSize, type Sectors } from '#tool/units.js';

/** A size as the command line gives it: one of the two. */
export interface SizeOptions {
  size?: string | undefined;
  extents?: string | undefined;
}

/** A size as asked for: relative to the present one or not; of a share, no more than is possible is taken. */
export interface WantedSize {
  sign: '' | '+' | '-';
  extents: Extents;
  /** What it is a percentage of: an upper limit then. */
  share?: keyof Shares;
  /** Given in bytes that are not whole extents, so rounded. */
  rounded: boolean;
}

/** What percentages are taken of, in extents. */
export interface Shares {
  VG: () => Extents;
  FREE: () => Extents;
  PVS: () => Extents;
  LV?: () => Extents;
  ORIGIN?: () => Extents;
}

/**
 * Reads `--size` (`10G`) or `--extents` (`100`, `50%FREE`), exactly one of them, with a sign where `signs` has it.
 * Sizes are rounded up to whole extents, percentages and what is taken off down.
 *
 * @throws DvmError `bad-size`, `no-size` (exit 64)
 */
export function wantedSize(given: SizeOptions, extentSize: Sectors, shares: Shares, signs: '' | '+' | '-' = ''): WantedSize {
  const text = given.size ?? given.extents;
  if (text === undefined || (given.size !== undefined && given.extents !== undefined))
    throw fail('usage', 'no-size', 'one of --size and --extents is needed', {
      hint: 'for example --size 10G or --extents 100%FREE',
    });
  const signed = signs !== '' && text.startsWith(signs);
  const rest = signed ? text.slice(1) : text;
  const sign = signed ? signs : '';
  if (rest.includes('%')) return { sign, ...percentage(rest, shares), rounded: false };
  if (given.size === undefined) return { sign, extents: wholeExtents(rest), rounded: false };
  const sectors = parseSize(rest);
  const extents = sign === '-' ? Math.floor(sectors / extentSize) : Math.ceil(sectors / extentSize);
  return { sign, extents, rounded: extents * extentSize !== sectors };
}

function percentage(text: string, shares: Shares): { extents: Extents; share: keyof Shares } {
  const m = /^(\d{1,6}(?:\.\d{1,6})?)%(VG|FREE|PVS|LV|ORIGIN)$/i.exec(text);
  const share = m?.[2]?.toUpperCase() as keyof Shares | undefined;
  const base = share && shares[share];
  if (base) return { extents: Math.floor((base() * Number(m?.[1])) / 100), share };
  const words = Object.keys(shares).map((w) => `%${w}`);
  throw fail('usage', 'bad-size', `share "${text}" is not a number and one of ${words.join(', ')}`);
}

function wholeExtents(text: string): Extents {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw fail('usage', 'bad-size', `extents "${text}" is not a whole number`, { hint: 'use --size for sizes with units' });
}
