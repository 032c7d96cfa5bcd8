import type { Region } from '#documents/regions.js';
import type { Sectors } from '#tool/units.js';
import { BLOCK, BLOCK_SECTORS, blockProblem, FIRST_BLOCK, readU64, seal, writeU64 } from './block.js';
import { emptyRoot, isEmptyRoot, packRoot, ROOT_SIZE, type Root, rootProblem, unpackRoot } from './root.js';

/** Where the list of older versions starts, and how many of them count. Block 0: there are none. */
export interface HistoryRef {
  block: number;
  count: number;
}

export interface Superblock {
  /** One more with each superblock written to the region; the slot is its lowest bit. */
  sequence: number;
  /** Where the region starts on its device: tells a copied or moved region from a good one. */
  start: Sectors;
  /** Blocks of the region. */
  blocks: number;
  active: Root;
  history: HistoryRef;
  /** The activation of `active` has not been confirmed (docs/decisions/0001-pending-mark.md). */
  mark: boolean;
  /** Prepared, not committed. */
  shadow: Shadow | undefined;
}

export interface Shadow {
  root: Root;
  /** Becomes the history when the shadow is committed. */
  history: HistoryRef;
  /** Becomes the mark when the shadow is committed. */
  mark: boolean;
}

/** What one of the two superblock slots holds. */
export type Slot = { state: 'valid'; superblock: Superblock } | { state: 'blank' } | { state: 'damaged'; reason: string };

export const VERSION = 1;
/** The superblock proper lies in one sector of its block; the rest of the block is zero. */
export const SUPERBLOCK_SIZE = 512;
/** Smaller regions are refused: nothing of use fits. */
export const MIN_BLOCKS = 16;
export const noHistory: HistoryRef = { block: 0, count: 0 };

const activeAt = 80;
const shadowAt = activeAt + ROOT_SIZE;
const markFlag = 1;
const shadowMarkFlag = 2;

/** The slot (and block) a superblock of this sequence number is written to. */
export function slotOf(sequence: number): 0 | 1 {
  return (sequence & 1) === 0 ? 0 : 1;
}

/** One block to write to `slotOf(s.sequence)`. */
export function packSuperblock(s: Superblock): Buffer {
  const block = Buffer.alloc(BLOCK);
  const sector = block.subarray(0, SUPERBLOCK_SIZE);
  sector.writeUInt32LE(VERSION, 24);
  sector.writeUInt32LE(slotOf(s.sequence), 28);
  writeU64(sector, s.sequence, 32);
  writeU64(sector, s.start, 40);
  sector.writeUInt32LE(s.blocks, 48);
  sector.writeUInt32LE((s.mark ? markFlag : 0) | (s.shadow?.mark ? shadowMarkFlag : 0), 52);
  packHistoryRef(s.history, sector, 56);
  packHistoryRef(s.shadow?.history ?? noHistory, sector, 64);
  packRoot(s.active, sector, activeAt);
  packRoot(s.shadow?.root ?? emptyRoot, sector, shadowAt);
  seal(sector, 'dvmsuper');
  return block;
}

/** A slot that says of itself no longer that it is a superblock, and is the same otherwise: it counts as blank. */
export function unmarked(block: Buffer): Buffer {
  const out = Buffer.from(block);
  return out.fill(0, 0, 8);
}

/** Reads a slot of untrusted bytes; `index` is the slot it was read from, `region` where it was found. */
export function parseSlot(block: Buffer, index: 0 | 1, region: Region): Slot {
  const sector = block.subarray(0, SUPERBLOCK_SIZE);
  if (sector.every((byte) => byte === 0)) return { state: 'blank' };
  const reason = blockProblem(sector, 'dvmsuper');
  // Whatever was there before is not a damaged superblock unless it says it is one.
  if (reason) return sector.toString('latin1', 0, 8) === 'dvmsuper' ? { state: 'damaged', reason } : { state: 'blank' };
  const version = sector.readUInt32LE(24);
  if (version !== VERSION) return unusable(`has format version ${version}, this program knows ${VERSION}`);
  const shadow = unpackRoot(sector, shadowAt);
  const rest = isEmptyRoot(shadow) ? rootProblem(shadow, MIN_BLOCKS) : undefined;
  return rest ? unusable(rest) : slotOfRegion(unpack(sector), sector.readUInt32LE(28), index, region);
}

/** The slot `index` of a region in which a sound superblock was found that says it was written for slot `written`. */
export function slotOfRegion(superblock: Superblock, written: number, index: 0 | 1, region: Region): Slot {
  const problem = superblockProblem(superblock, written, index, region);
  return problem ? unusable(problem) : { state: 'valid', superblock };
}

function unusable(reason: string): Slot {
  return { state: 'damaged', reason };
}

function unpack(sector: Buffer): Superblock {
  const flags = sector.readUInt32LE(52);
  const shadow = unpackRoot(sector, shadowAt);
  return {
    sequence: readU64(sector, 32),
    start: readU64(sector, 40),
    blocks: sector.readUInt32LE(48),
    active: unpackRoot(sector, activeAt),
    history: unpackHistoryRef(sector, 56),
    mark: (flags & markFlag) !== 0,
    shadow: isEmptyRoot(shadow)
      ? undefined
      : { root: shadow, history: unpackHistoryRef(sector, 64), mark: (flags & shadowMarkFlag) !== 0 },
  };
}

function superblockProblem(s: Superblock, written: number, index: 0 | 1, region: Region): string | undefined {
  if (!Number.isSafeInteger(s.sequence + 1) || s.sequence < 1) return 'has an impossible sequence number';
  if (written !== index || slotOf(s.sequence) !== index) return `is in slot ${index} but was written for slot ${written}`;
  if (s.start !== region.start) return `was written for a region that starts at sector ${s.start}`;
  if (s.blocks < MIN_BLOCKS || s.blocks > region.length / BLOCK_SECTORS)
    return `was written for a region of ${s.blocks * BLOCK_SECTORS} sectors`;
  return (
    rootProblem(s.active, s.blocks) ??
    historyProblem(s.history, s.blocks) ??
    (s.shadow && (rootProblem(s.shadow.root, s.blocks) ?? historyProblem(s.shadow.history, s.blocks)))
  );
}

function historyProblem({ block, count }: HistoryRef, blocks: number): string | undefined {
  if (block === 0 && count === 0) return undefined;
  return block < FIRST_BLOCK || block >= blocks || count < 1 ? `has its history at block ${block} of ${blocks}` : undefined;
}

function packHistoryRef(ref: HistoryRef, into: Buffer, at: number): void {
  into.writeUInt32LE(ref.block, at);
  into.writeUInt32LE(ref.count, at + 4);
}

function unpackHistoryRef(from: Buffer, at: number): HistoryRef {
  return { block: from.readUInt32LE(at), count: from.readUInt32LE(at + 4) };
}

/** The superblock that counts: the valid one with the higher sequence number. */
export function newest(slots: readonly Slot[]): Superblock | undefined {
  return validSuperblocks(slots)[0];
}

/** The valid superblocks, newest first. */
export function validSuperblocks(slots: readonly Slot[]): Superblock[] {
  return slots.flatMap((s) => (s.state === 'valid' ? [s.superblock] : [])).sort((a, b) => b.sequence - a.sequence);
}
