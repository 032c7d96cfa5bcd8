import { B, u64 } from './bytes.js';

/* Part of the second reader of regions: see region.ts. */

/** A version and where its tree starts. */
export interface Root {
  txn: string;
  parent: string;
  time: number;
  length: number;
  hash: Buffer;
  block: number;
  height: number;
}

/** Undefined for no version. */
export function rootOf(from: Buffer, at: number, blocks: number): Root | undefined | 'unsound' {
  const bytes = from.subarray(at, at + 96);
  if (bytes.subarray(0, 16).every((b) => b === 0)) return bytes.subarray(0, 86).every((b) => b === 0) ? undefined : 'unsound';
  const root: Root = {
    txn: bytes.toString('hex', 0, 16),
    parent: bytes.toString('hex', 16, 32),
    time: u64(bytes, 32),
    length: u64(bytes, 40),
    hash: Buffer.from(bytes.subarray(48, 80)),
    block: bytes.readUInt32LE(80),
    height: bytes.readUInt16LE(84),
  };
  const sound = root.block >= 2 && root.block < blocks && root.height >= 1 && root.height <= 8;
  return sound && root.length <= blocks * B && root.time < Date.UTC(10_000, 0) ? root : 'unsound';
}
