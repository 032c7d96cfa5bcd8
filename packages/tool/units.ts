import { fail } from './errors.js';

declare const unit: unique symbol;
/** 512-byte sectors, the kernel's unit for device sizes and tables. */
export type Sectors = number & { readonly [unit]?: 'sectors' };
/** Extents of a volume group; their size in sectors is the group's `extentSize`. */
export type Extents = number & { readonly [unit]?: 'extents' };
export type Bytes = number & { readonly [unit]?: 'bytes' };

export const SECTOR = 512;

const binary: Record<string, number> = { k: 2, m: 2048, g: 2048 * 1024, t: 2 ** 31, p: 2 ** 41, e: 2 ** 51 };

/**
 * Sectors from a size as users type it: `10G`, `1.5g`, `512MiB`, `8s` (sectors), `4096B` (bytes).
 * Units are powers of 1024 (K, KB and KiB are the same); a bare number needs no unit only if 0.
 * Not a multiple of a sector: refused.
 */
export function parseSize(text: string, what = 'size'): Sectors {
  const m = /^(\d+(?:\.\d+)?)\s*(?:(s)|(b)|([kmgtpe])(?:i?b)?)?$/i.exec(text);
  if (!m?.[1]) throw badSize(text, what, 'is not a number with a unit');
  const n = Number(m[1]);
  if (!m[2] && !m[3] && !m[4] && n !== 0) throw badSize(text, what, 'has no unit');
  if (n > Number.MAX_SAFE_INTEGER) throw badSize(text, what, 'is too large');
  const sectors = m[4] ? n * (binary[m[4].toLowerCase()] ?? 0) : m[3] ? n / SECTOR : n;
  if (!Number.isInteger(sectors)) throw badSize(text, what, 'is not a whole number of 512-byte sectors');
  if (sectors > Number.MAX_SAFE_INTEGER) throw badSize(text, what, 'is too large');
  return sectors;
}

function badSize(text: string, what: string, why: string) {
  return fail('usage', 'bad-size', `${what} "${text}" ${why}`, {
    hint: 'write a number and a unit: 10G, 512M, 64K, 2048s (sectors), 4096B (bytes)',
  });
}

/** `[START+LENGTH]` with units, in sectors: `1M+4M`. */
export function parseRange(text: string, what = 'range'): { start: Sectors; length: Sectors } {
  const [start, length, extra] = text.split('+');
  if (start === undefined || length === undefined || extra !== undefined)
    throw fail('usage', 'bad-range', `${what} "${text}" is not START+LENGTH`, { hint: 'for example 1M+4M' });
  return { start: parseSize(start, `${what} start`), length: parseSize(length, `${what} length`) };
}

const steps: [number, string][] = [
  [2 ** 51, 'E'],
  [2 ** 41, 'P'],
  [2 ** 31, 'T'],
  [2 ** 21, 'G'],
  [2 ** 11, 'M'],
  [2, 'K'],
];

/** A size for people, at most two decimals: `1.5G`. */
export function formatSize(sectors: Sectors): string {
  for (const [size, suffix] of steps) if (sectors >= size) return `${Number((sectors / size).toFixed(2))}${suffix}`;
  return `${sectors * SECTOR}B`;
}
