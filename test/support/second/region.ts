import { B, type Blocks, isSealed, u64 } from './bytes.js';
import { type HistoryRef, historyOf } from './history.js';
import { type Root, rootOf } from './root.js';
import { contentOf } from './tree.js';

/*
 * A second reader of regions, written from docs/formats/region.md alone. It shares nothing with the product: where both
 * read the same out of the same bytes, the page says enough to write a third.
 */

export interface Version {
  txn: string;
  parent: string;
  time: number;
  hash: string;
  tree(): Tree;
}

export interface Tree {
  /** Undefined where the tree is damaged. */
  content: Buffer | undefined;
  /** Pages and tables, as far as they could be read. */
  blocks: Set<number>;
}

/** What one valid superblock says, and all that it leads to. */
export interface State {
  sequence: number;
  mark: boolean;
  active: Version | undefined;
  shadow: Version | undefined;
  /** Older versions, newest first, as far as the history is sound; and those after a commit. */
  history: Version[];
  shadowHistory: Version[];
  /** How many versions both histories should have. */
  counted: number;
  /** The blocks that the histories are in. */
  historyBlocks: Set<number>;
}

export function versionsOf({ active, shadow, history, shadowHistory }: State): Version[] {
  return [active, shadow, ...history, ...shadowHistory].flatMap((v) => v ?? []);
}

/** All versions that it counts are there. */
export function isWhole(state: State): boolean {
  const older = state.history.length + state.shadowHistory.length;
  return older === state.counted && versionsOf(state).every((v) => v.tree().content !== undefined);
}

/** Every block that it leads to. */
export function blocksUsed(state: State): Set<number> {
  return new Set([0, 1, ...state.historyBlocks, ...versionsOf(state).flatMap((v) => [...v.tree().blocks])]);
}

interface Superblock {
  sequence: number;
  blocks: number;
  flags: number;
  history: HistoryRef;
  next: HistoryRef;
  active: Root | undefined;
  shadow: Root | undefined;
}

/** Bytes of a device from an offset on. */
export type Read = (offset: number, length: number) => Buffer;

/** What its valid superblocks say, the one that counts first. Start and length of the region are in sectors. */
export function readStates(start: number, length: number, read: Read): State[] {
  const blocks = blocksOf(start, length, read);
  const valid = slotsOf(blocks).flatMap((sector, slot) => superblockOf(sector, slot, blocks) ?? []);
  return valid.sort((a, b) => b.sequence - a.sequence).map((s) => stateOf(s, { ...blocks, count: s.blocks }));
}

/** True when no superblock was ever there, or they were wiped. */
export function isBlank(start: number, length: number, read: Read): boolean {
  return slotsOf(blocksOf(start, length, read)).every((sector) => sector.toString('latin1', 0, 8) !== 'dvmsuper');
}

function blocksOf(start: number, length: number, read: Read): Blocks {
  return { start, count: length / 8, block: (n) => read(start * 512 + n * B, B) };
}

function slotsOf(blocks: Blocks): Buffer[] {
  return [0, 1].map((slot) => blocks.block(slot).subarray(0, 512));
}

function stateOf(s: Superblock, blocks: Blocks): State {
  const historyBlocks = new Set<number>();
  const version = (root: Root) => versionOf(root, blocks);
  const versions = (ref: HistoryRef) => historyOf(ref, blocks, historyBlocks).map(version);
  return {
    sequence: s.sequence,
    mark: (s.flags & 1) !== 0,
    active: s.active && version(s.active),
    shadow: s.shadow && version(s.shadow),
    history: versions(s.history),
    shadowHistory: s.shadow ? versions(s.next) : [],
    counted: s.history.count + (s.shadow ? s.next.count : 0),
    historyBlocks,
  };
}

function superblockOf(sector: Buffer, slot: number, { start, count }: Blocks): Superblock | undefined {
  if (!isSealed(sector, 'dvmsuper') || sector.readUInt32LE(24) !== 1) return undefined;
  const sequence = u64(sector, 32);
  const blocks = sector.readUInt32LE(48);
  if (sector.readUInt32LE(28) !== slot || !(sequence >= 1 && sequence < 2 ** 53 - 1) || sequence % 2 !== slot) return undefined;
  if (u64(sector, 40) !== start || blocks < 16 || blocks > count) return undefined;
  const [active, shadow] = [rootOf(sector, 80, blocks), rootOf(sector, 176, blocks)];
  const history = { block: sector.readUInt32LE(56), count: sector.readUInt32LE(60) };
  const next = { block: sector.readUInt32LE(64), count: sector.readUInt32LE(68) };
  if (active === 'unsound' || shadow === 'unsound') return undefined;
  if (![history, ...(shadow ? [next] : [])].every((ref) => isHistory(ref, blocks))) return undefined;
  return { sequence, blocks, flags: sector.readUInt32LE(52), history, next, active, shadow };
}

function isHistory({ block, count }: HistoryRef, blocks: number): boolean {
  return block === 0 ? count === 0 : block >= 2 && block < blocks && count >= 1;
}

function versionOf(root: Root, blocks: Blocks): Version {
  const { txn, parent, time, hash } = root;
  const tree = (): Tree => {
    const used = new Set<number>();
    return { content: contentOf(root, blocks, used), blocks: used };
  };
  return { txn, parent, time, hash: hash.toString('hex'), tree };
}
