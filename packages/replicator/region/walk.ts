import { type DvmError, fail } from '#tool/errors.js';
import { MIN_PAGE } from '../content/cut.js';
import { BLOCK } from '../format/block.js';
import { isEmptyRoot, type Root } from '../format/root.js';
import { type Entries, type Expected, HASH, parseTable, type Table } from '../format/table.js';
import type { OpenRegion } from './open-region.js';

/** One level of a tree as it lies in one region. */
export interface PlacedEntries extends Entries {
  blocks: Uint32Array;
}

/** A tree as it lies in one region: pages first, the single root last; empty for the empty root. */
export type PlacedTree = PlacedEntries[];

/**
 * Reads the tables of a version and checks each against its parent.
 *
 * @param enough only what covers this many bytes from the content's beginning
 * @throws DvmError `region-damaged` (exit 74)
 */
export async function walkTree(of: OpenRegion, root: Root, enough = Number.POSITIVE_INFINITY): Promise<PlacedTree> {
  if (isEmptyRoot(root)) return [];
  const blocks = of.superblock?.blocks ?? 0;
  const top: PlacedEntries = {
    blocks: Uint32Array.of(root.block),
    lengths: Uint32Array.of(root.length),
    hashes: Buffer.from(root.hash, 'hex'),
  };
  const levels = [top];
  for (let level = root.height; level > 0; level--) {
    const below = await readLevel(of, levels[0] as PlacedEntries, level, blocks, root);
    levels.unshift(covering(below, enough));
  }
  return levels;
}

async function readLevel(
  of: OpenRegion,
  parents: PlacedEntries,
  level: number,
  regionBlocks: number,
  root: Root,
): Promise<PlacedEntries> {
  const found = await of.ownBlocks(parents.blocks);
  const tables: Table[] = [];
  // Crafted tables must not cost more memory than a content of this length can need.
  let room = root.length / MIN_PAGE + 1;
  for (let i = 0; i < parents.blocks.length; i++) {
    const expected: Expected = {
      block: parents.blocks[i] as number,
      level,
      length: parents.lengths[i] as number,
      hash: parents.hashes.subarray(i * HASH, (i + 1) * HASH),
    };
    const table = parseTable(found.get(expected.block) as Buffer, expected, regionBlocks);
    if (typeof table === 'string') throw damaged(of, `table block ${expected.block} ${table}`, expected.block);
    room -= table.lengths.length;
    if (room < 0) throw damaged(of, `version "${root.txn}" has too many pages`);
    tables.push(table);
  }
  return join(tables);
}

function join(tables: Table[]): PlacedEntries {
  const count = tables.reduce((n, t) => n + t.blocks.length, 0);
  const out = {
    blocks: new Uint32Array(count),
    lengths: new Uint32Array(count),
    hashes: Buffer.concat(tables.map((t) => t.hashes)),
  };
  let at = 0;
  for (const t of tables) {
    out.blocks.set(t.blocks, at);
    out.lengths.set(t.lengths, at);
    at += t.blocks.length;
  }
  return out;
}

/** The first entries, as many as cover `enough` bytes. */
function covering(level: PlacedEntries, enough: number): PlacedEntries {
  let count = 0;
  for (let bytes = 0; count < level.lengths.length && bytes < enough; count++) bytes += level.lengths[count] as number;
  if (count === level.lengths.length) return level;
  return {
    blocks: level.blocks.subarray(0, count),
    lengths: level.lengths.subarray(0, count),
    hashes: level.hashes.subarray(0, count * HASH),
  };
}

/** Every block of a tree, pages and tables; blocks that occur twice are given twice. */
export function* blocksOf(tree: PlacedTree): Generator<number> {
  for (const level of tree) yield* level.blocks;
}

/** The error for a region whose blocks do not fit together. */
export function damaged(of: OpenRegion, state: string, block?: number): DvmError {
  return fail('io', 'region-damaged', `region "${of.name}" is damaged: ${state}`, {
    hint: 'leave it out, or initialise it again and copy the content back (tm recover)',
    details: { region: of.region, ...(block === undefined ? {} : { block, byte: of.region.start * 512 + block * BLOCK }) },
  });
}
