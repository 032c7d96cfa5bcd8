import { alignedBuffer } from '#blockdev/aligned.js';
import { BLOCK } from '../format/block.js';
import { type Entries, HASH } from '../format/table.js';
import { commonPrefix, commonSuffix } from './common.js';
import { levelsOf, type Tree } from './tree.js';

/** Where the entries of one level of a new tree come from. */
export interface LevelChange {
  /** For each entry its index in the old level, or -1 - n for the n-th block to be written. */
  source: Int32Array;
  /** For each block to be written the first entry that it stands for. */
  fresh: number[];
}

/** A new tree as the difference from an old one; the same in every region that holds the old one. */
export interface Change {
  tree: Tree;
  /** Pages first. */
  levels: LevelChange[];
  /** The blocks of the new pages, padded with zeros, in the order of `levels[0].fresh`. */
  image: Buffer;
}

/** @param old levels of the tree in the regions, pages first; none for an empty region */
export function changeFrom(old: readonly Entries[], tree: Tree, content: Buffer): Change {
  const levels = levelsOf(tree).map((level, i) => changeLevel(old[i], level));
  return { tree, levels, image: imageOf(tree.pages, levels[0]?.fresh ?? [], content) };
}

/** Blocks to be written for the tree. */
export function freshBlocks(change: Change): number {
  return change.levels.reduce((n, level) => n + level.fresh.length, 0);
}

function changeLevel(old: Entries | undefined, level: Entries): LevelChange {
  const count = level.lengths.length;
  const source = new Int32Array(count);
  const [prefix, suffix] = old ? equalEnds(old.hashes, level.hashes) : [0, 0];
  const shift = (old?.lengths.length ?? 0) - count;
  for (let i = 0; i < prefix; i++) source[i] = i;
  for (let i = count - suffix; i < count; i++) source[i] = i + shift;
  const known = new Map<string, number>();
  for (let i = prefix; old && i < old.lengths.length - suffix; i++) known.set(keyOf(old, i), i);
  const fresh: number[] = [];
  for (let i = prefix; i < count - suffix; i++) source[i] = findOrAdd(known, keyOf(level, i), i, fresh);
  return { source, fresh };
}

function findOrAdd(known: Map<string, number>, key: string, entry: number, fresh: number[]): number {
  const found = known.get(key);
  if (found !== undefined) return found;
  const added = -fresh.push(entry);
  known.set(key, added);
  return added;
}

function keyOf(of: Entries, i: number): string {
  return of.hashes.toString('latin1', i * HASH, (i + 1) * HASH);
}

/** How many entries are equal at the beginning and, of the rest, at the end. */
function equalEnds(a: Buffer, b: Buffer): [number, number] {
  const prefix = Math.floor(commonPrefix(a, b) / HASH);
  const rest = Math.min(a.length, b.length) - prefix * HASH;
  return [prefix, Math.floor(commonSuffix(a, b, rest) / HASH)];
}

function imageOf(pages: Entries, fresh: number[], content: Buffer): Buffer {
  const image = alignedBuffer(fresh.length * BLOCK);
  let start = 0;
  let n = 0;
  for (let i = 0; i < pages.lengths.length && n < fresh.length; i++) {
    const end = start + (pages.lengths[i] as number);
    if (fresh[n] === i) content.copy(image, n++ * BLOCK, start, end);
    start = end;
  }
  return image;
}
