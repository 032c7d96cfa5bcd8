import { createHash } from 'node:crypto';
import { u64 } from './bytes.js';
import { isName } from './name.js';

/*
 * A second reader of labels, written from docs/formats/label.md and layout.md alone. It shares nothing with the product:
 * where both read the same out of the same bytes, the page says enough to write a third.
 */

/** What a device carries. */
export type Labelling =
  | { state: 'labelled'; label: Label; stale: boolean }
  | { state: 'none' | 'damaged' | 'newer' | 'conflict' };

export interface Label {
  sequence: number;
  size: number;
  group: { id: string; name: string };
  pv: string;
  regions: { start: number; length: number }[];
}

type Copy = { state: 'valid'; label: Label } | { state: 'none' | 'damaged' | 'newer' };

const MIB = 2048; // sectors

/**
 * @param size of the device in sectors
 * @param read bytes of it from an offset on
 */
export function readLabelling(size: number, read: (offset: number, length: number) => Buffer): Labelling {
  if (size < 3 * MIB) return { state: 'none' };
  const copies = placesOf(size).map((sector) => parseCopy(read(sector * 512, 512), sector));
  const labels = copies.flatMap((c) => (c.state === 'valid' ? [c.label] : []));
  const [a, b] = labels;
  if (copies.some((c) => c.state === 'newer')) return { state: 'newer' };
  if (a && b && a.pv !== b.pv) return { state: 'conflict' };
  if (a) {
    const label = b && b.sequence > a.sequence ? b : a;
    return { state: 'labelled', label, stale: !b || a.sequence !== b.sequence };
  }
  return { state: copies.some((c) => c.state === 'damaged') ? 'damaged' : 'none' };
}

function placesOf(size: number): number[] {
  return [8, Math.floor(size / 8) * 8 - 8];
}

/** One sector, found at `here`. */
export function parseCopy(sector: Buffer, here: number): Copy {
  if (sector.toString('latin1', 0, 16) !== 'dvm device label') return { state: 'none' };
  const zeroed = Buffer.from(sector);
  zeroed.fill(0, 24, 40);
  const sum = createHash('sha256').update(zeroed).digest().subarray(0, 16);
  if (!sum.equals(sector.subarray(24, 40))) return { state: 'damaged' };
  const version = sector.readUInt32LE(16);
  if (version > 1 || sector.readUInt32LE(20) !== 0) return { state: 'newer' };
  if (version !== 1) return { state: 'damaged' };
  if (sector.readBigUInt64LE(48) !== BigInt(here)) return { state: 'none' };
  const label = fieldsOf(sector);
  return label && placesOf(label.size).includes(here) ? { state: 'valid', label } : { state: 'damaged' };
}

function fieldsOf(sector: Buffer): Label | undefined {
  const [count, length] = [sector.readUInt16LE(104), sector.readUInt16LE(106)];
  if (count > 16 || length > 128) return undefined;
  const label: Label = {
    sequence: u64(sector, 40),
    size: u64(sector, 56),
    group: { id: sector.toString('latin1', 64, 84), name: sector.toString('utf8', 112, 112 + length) },
    pv: sector.toString('latin1', 84, 104),
    regions: Array.from({ length: count }, (_, i) => ({
      start: u64(sector, 240 + 16 * i),
      length: u64(sector, 248 + 16 * i),
    })),
  };
  return isSound(label) ? label : undefined;
}

function isSound({ sequence, size, group, pv, regions }: Label): boolean {
  if (![sequence, size, ...regions.flatMap((r) => [r.start, r.length])].every(Number.isSafeInteger)) return false;
  if (![group.id, pv].every((id) => /^[a-z2-7]{20}$/.test(id)) || !isName(group.name) || size < 3 * MIB) return false;
  const end = Math.floor((size - MIB) / MIB) * MIB;
  const fit = regions.every(
    (r) => r.start >= MIB && r.length > 0 && r.start % 8 === 0 && r.length % 8 === 0 && r.start + r.length <= end,
  );
  const sorted = regions.toSorted((a, b) => a.start - b.start);
  return (
    fit && sorted.every((r, i) => i === 0 || (sorted[i - 1] as typeof r).start + (sorted[i - 1] as typeof r).length <= r.start)
  );
}
