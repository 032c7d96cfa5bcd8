import { createHash } from 'node:crypto';
import { differingRuns } from '../format/differ.js';
import type { Piece } from '../format/extents.js';
import { blockSize, frameBlocks, segmentBlocks, segmentBytes } from '../format/limits.js';
import { codec } from '../format/zstd.js';
import type { Content, Range } from './content.js';
import { inOrder } from './in-order.js';
import { cutAt } from './ranges.js';

/** Bytes to look at; those `anew` are written whether or not they differ. */
export interface Look extends Range {
  anew: boolean;
}

/** What became of some blocks of one index segment: zeros, or one frame. `looked` bytes of content were read since the last. */
export interface Encoded {
  segment: number;
  pieces: Piece[];
  frame?: { bytes: Buffer; sha256: string; blocks: number };
}

/** Bytes read at once, and how many such reads and compressions are under way. */
const readBytes = 1 << 20;
const reading = 6;
const compressing = 12;

/**
 * The blocks of `content` that differ from `before`, as frames, segment after segment. Runs of data are gathered until
 * they fill one frame, so that scattered blocks are compressed together.
 *
 * @param looked is told how many bytes were read
 */
export function encodeChanges(
  content: Content,
  before: Content | undefined,
  looks: readonly Look[],
  looked: (bytes: number) => void,
): AsyncGenerator<Encoded> {
  return inOrder(gather(content, before, looks, looked), compressing, encode);
}

interface Gathered {
  segment: number;
  pieces: Piece[];
  /** Content of the pieces, one behind the other; none of zeros. */
  parts: Buffer[];
  blocks: number;
}

async function encode({ segment, pieces, parts, blocks }: Gathered): Promise<Encoded> {
  if (blocks === 0) return { segment, pieces };
  const content = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { segment, pieces, frame: { bytes: await codec().compress(content), sha256, blocks } };
}

async function* gather(
  content: Content,
  before: Content | undefined,
  looks: readonly Look[],
  looked: (bytes: number) => void,
): AsyncGenerator<Gathered> {
  let open: Gathered | undefined;
  for await (const { block, now, then } of inOrder(pieces(looks), reading, (look) => readBoth(content, before, look))) {
    looked(now.length);
    const segment = Math.floor(block / segmentBlocks);
    const zeros: Gathered = { segment, pieces: [], parts: [], blocks: 0 };
    if (open && open.segment !== segment) {
      yield open;
      open = undefined;
    }
    for (const { at, blocks, zero } of differingRuns(now, then, block)) {
      if (zero) {
        zeros.pieces.push({ block: block + at, blocks, first: 0 });
        continue;
      }
      if (open && open.blocks + blocks > frameBlocks) {
        yield open;
        open = undefined;
      }
      open ??= { segment, pieces: [], parts: [], blocks: 0 };
      open.pieces.push({ block: block + at, blocks, first: open.blocks });
      open.parts.push(now.subarray(at * blockSize, (at + blocks) * blockSize));
      open.blocks += blocks;
    }
    if (zeros.pieces.length > 0) yield zeros;
  }
  if (open) yield open;
}

function* pieces(looks: readonly Look[]): Generator<Look> {
  for (const look of looks) for (const part of cutAt(cutAt([look], segmentBytes), readBytes)) yield { ...part, anew: look.anew };
}

async function readBoth(content: Content, before: Content | undefined, { offset, length, anew }: Look) {
  const [now, then] = await Promise.all([
    content.read(offset, length),
    before && !anew ? readWithin(before, offset, length) : undefined,
  ]);
  return { block: offset / blockSize, now, then };
}

/** Behind the end of what was a smaller volume are zeros. */
async function readWithin(content: Content, offset: number, length: number): Promise<Buffer> {
  const there = Math.max(0, Math.min(length, content.size - offset));
  if (there === length) return content.read(offset, length);
  const out = Buffer.alloc(length);
  if (there > 0) (await content.read(offset, there)).copy(out);
  return out;
}
