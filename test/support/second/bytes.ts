import { createHash } from 'node:crypto';

/* Part of the second reader of regions: see region.ts. */

export const B = 4096;

/** A range of bytes of a device, by blocks. */
export interface Blocks {
  start: number;
  /** How many there are. */
  count: number;
  block(number: number): Buffer;
}

export function isSealed(block: Buffer, kind: string): boolean {
  const zeroed = Buffer.from(block);
  zeroed.fill(0, 8, 24);
  return block.toString('latin1', 0, 8) === kind && sha256(zeroed).subarray(0, 16).equals(block.subarray(8, 24));
}

export function sha256(...parts: Uint8Array[]): Buffer {
  return parts.reduce((h, part) => h.update(part), createHash('sha256')).digest();
}

/** NaN beyond what is allowed: nothing equals it, and nothing is less. */
export function u64(from: Buffer, at: number): number {
  const n = from.readBigUInt64LE(at);
  return n < 2n ** 53n ? Number(n) : Number.NaN;
}
