import type { Random } from '#test/support/random.js';
import { interestingNumber } from './text.js';

/** A number to be written at a place. */
export interface Field {
  at: number;
  width: 1 | 2 | 4 | 8;
}

/** One change of bytes; `fields` are the places of numbers that mean something. */
export function mutateBytes(bytes: Uint8Array, random: Random, other: Uint8Array, fields: readonly Field[] = []): Buffer {
  const out = Buffer.from(bytes);
  if (out.length === 0) return out;
  const at = random.below(out.length);
  const roll = random.below(10);
  if (roll < 5 && fields.length > 0) writeField(out, random.pick(fields), fieldValue(random));
  else if (roll < 7) out[at] = random.below(256);
  else if (roll < 8) out[at] = (out[at] as number) ^ (1 << random.below(8));
  else if (roll < 9)
    Buffer.from(other).copy(out, at, Math.min(at, other.length), Math.min(at + 1 + random.below(32), other.length));
  else out.fill(random.pick([0, 255, 97]), at, Math.min(out.length, at + 1 + random.below(16)));
  return out;
}

export function fieldValue(random: Random): number {
  return random.chance(0.1) ? 2 ** 64 - 2048 : interestingNumber(random);
}

/** Little endian; what does not fit is cut off. */
export function writeField(into: Buffer, { at, width }: Field, value: number): void {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(Math.trunc(value))));
  if (at + width <= into.length) bytes.copy(into, at, 0, width);
}
