import { libc } from './libc.js';

/** Buffers for O_DIRECT start at a multiple of this, which is enough for every logical block size the kernel has. */
const ALIGNMENT = 4096;
/** Small ones are cut from pieces of so many bytes. */
const SLAB = 1 << 20;

let slab: Buffer = Buffer.alloc(0);

/** A zeroed buffer aligned to a page, as O_DIRECT asks. */
export function alignedBuffer(length: number): Buffer {
  if (length > SLAB / 8) return piece(length);
  const room = Math.ceil(length / ALIGNMENT) * ALIGNMENT;
  if (slab.length < room) slab = piece(SLAB);
  const buffer = slab.subarray(0, length);
  slab = slab.subarray(room);
  return buffer;
}

export function isAligned(data: Uint8Array): boolean {
  return Number(libc().address(data)) % ALIGNMENT === 0;
}

function piece(length: number): Buffer {
  const whole = Buffer.alloc(length + ALIGNMENT);
  const past = Number(libc().address(whole)) % ALIGNMENT;
  const start = past === 0 ? 0 : ALIGNMENT - past;
  return whole.subarray(start, start + length);
}
