import { differingRuns } from '#dots/format/differ.js';
import { type Extent, type Frame, overlay, type Piece } from '#dots/format/extents.js';
import { assert, suite } from '#test/support/check.js';
import { forSeeds, Random } from '#test/support/random.js';

const test = suite('dots: blocks, runs and extents');

function frame(random: Random, blocks: number): Frame {
  return { pack: `p${random.below(3)}`, offset: random.below(1000), length: 9, sha256: random.hex(32), blocks };
}

/** Ascending, disjoint, some of them zeros. */
function pieces(random: Random, end: number, zeros: boolean): Piece[] {
  const out: Piece[] = [];
  for (let block = random.below(4); block < end; block += random.below(9)) {
    const blocks = Math.min(1 + random.below(16), end - block);
    const first = random.below(17 - blocks);
    out.push({ block, blocks, first, frame: zeros && random.chance(0.3) ? undefined : frame(random, 16) });
    block += blocks;
  }
  return out;
}

/** What each block holds, one by one: the second opinion. */
function blocksOf(pieces: readonly Piece[], into: (string | undefined)[] = []): (string | undefined)[] {
  for (const { block, blocks, frame, first } of pieces)
    for (let i = 0; i < blocks; i++) into[block + i] = frame && `${frame.sha256} ${first + i}`;
  return into;
}

const isExtent = (piece: Piece): piece is Extent => piece.frame !== undefined;

test('what is laid over extents is there afterwards, all else as before', () =>
  forSeeds(400, (seed) => {
    const random = new Random(seed);
    const before = pieces(random, 1 + random.below(120), false).filter(isExtent);
    const over = pieces(random, 1 + random.below(120), true);
    const after = overlay(before, over);
    const expected = blocksOf(over, blocksOf(before));
    const found = blocksOf(after);
    for (let i = 0; i < 140; i++) assert.is(found[i], expected[i], `block ${i}`);
    let end = 0;
    for (const { block, blocks } of after) {
      assert.ok(block >= end && blocks > 0, 'ascending, none over another');
      end = block + blocks;
    }
  }));

/** What is there now and what was before, each block alike or not, zeros or not. */
function content(random: Random, count: number): { now: Buffer; before: Buffer | undefined } {
  const now = Buffer.alloc(count * 4096);
  const before = random.chance(0.2) ? undefined : Buffer.alloc(count * 4096);
  for (let i = 0; i < count; i++) {
    if (random.chance(0.6)) now[i * 4096 + random.below(4096)] = 1;
    if (random.chance(0.5)) now.copy(before ?? now, i * 4096, i * 4096, (i + 1) * 4096);
  }
  return { now, before };
}

function kindOf(i: number, now: Buffer, before: Buffer | undefined): string {
  const block = (of: Buffer) => of.subarray(i * 4096, (i + 1) * 4096);
  if (before && block(before).equals(block(now))) return 'same';
  return block(now).some((b) => b !== 0) ? 'data' : 'zero';
}

test('runs are the blocks that differ, and end at units', () =>
  forSeeds(200, (seed) => {
    const random = new Random(seed);
    const count = 1 + random.below(70);
    const start = random.below(40);
    const { now, before } = content(random, count);
    const told = new Array<string>(count).fill('same');
    const unit = (block: number) => Math.floor((start + block) / 16);
    for (const { at, blocks, zero } of differingRuns(now, before, start)) {
      assert.ok(zero || unit(at) === unit(at + blocks - 1), 'within one unit');
      told.fill(zero ? 'zero' : 'data', at, at + blocks);
    }
    for (let i = 0; i < count; i++) assert.is(told[i], kindOf(i, now, before), `block ${i}`);
  }));

test.run();
