import { noTxn } from '#documents/ids.js';
import type { Bytes } from '#tool/units.js';
import { BLOCK, FIRST_BLOCK, readU64, writeU64 } from './block.js';

/** One version of the content, as every region that holds it describes it. */
export interface Version {
  txn: string;
  parent: string;
  /** Milliseconds since 1970. */
  time: number;
  length: Bytes;
  /** Of the content alone, 64 hexadecimal digits; the same in every region, wherever its blocks lie. */
  hash: string;
}

/** A version and where its tree starts in one region. */
export interface Root extends Version {
  block: number;
  /** Levels of tables above the pages, 1 to 8; 0 when there is no version. */
  height: number;
}

export const ROOT_SIZE = 96;
export const MAX_HEIGHT = 8;

/** The last time that has an RFC 3339 form. */
const latest = Date.parse('9999-12-31T23:59:59.999Z');

/** The root of a region into which nothing was committed. */
export const emptyRoot: Root = { txn: noTxn, parent: noTxn, time: 0, length: 0, hash: '0'.repeat(64), block: 0, height: 0 };

export function packRoot(root: Root, into: Buffer, at: number): void {
  into.write(root.txn, at, 'hex');
  into.write(root.parent, at + 16, 'hex');
  writeU64(into, root.time, at + 32);
  writeU64(into, root.length, at + 40);
  into.write(root.hash, at + 48, 'hex');
  into.writeUInt32LE(root.block, at + 80);
  into.writeUInt16LE(root.height, at + 84);
}

export function unpackRoot(from: Buffer, at: number): Root {
  return {
    txn: from.toString('hex', at, at + 16),
    parent: from.toString('hex', at + 16, at + 32),
    time: readU64(from, at + 32),
    length: readU64(from, at + 40),
    hash: from.toString('hex', at + 48, at + 80),
    block: from.readUInt32LE(at + 80),
    height: from.readUInt16LE(at + 84),
  };
}

export function isEmptyRoot(root: Root): boolean {
  return root.txn === noTxn;
}

/** Why a root cannot be one of a region of `blocks` blocks; undefined when it can. */
export function rootProblem(root: Root, blocks: number): string | undefined {
  if (isEmptyRoot(root)) return sameRoot(root, emptyRoot) ? undefined : 'has a root without transaction';
  if (root.block < FIRST_BLOCK || root.block >= blocks) return `has a root at block ${root.block} of ${blocks}`;
  if (root.height < 1 || root.height > MAX_HEIGHT) return `has a root of height ${root.height}`;
  // A content never exceeds its region, so that a crafted tree cannot ask for more memory than the region has.
  if (!(root.length <= blocks * BLOCK)) return `has a root of ${root.length} bytes in ${blocks} blocks`;
  if (!(root.time <= latest)) return 'has a root with an impossible time';
  return undefined;
}

function sameRoot(a: Root, b: Root): boolean {
  return (Object.keys(b) as (keyof Root)[]).every((key) => a[key] === b[key]);
}

/** A version without where it lies. */
export function versionOf({ txn, parent, time, length, hash }: Root): Version {
  return { txn, parent, time, length, hash };
}
