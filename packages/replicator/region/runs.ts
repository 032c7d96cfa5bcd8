import { alignedBuffer, isAligned } from '#blockdev/aligned.js';
import { BLOCK } from '../format/block.js';
import type { Run } from '../format/history-block.js';
import type { BlockWrite } from './open-region.js';

/** Blocks between two wanted ones that are read along rather than starting another read. */
const GAP = 4;
const LONGEST_READ = 256;
/** Pieces up to this many bytes are copied together for one write; longer ones are written as they are. */
const COPY_LIMIT = 2 * 1024 * 1024;

/** One read: blocks `first` to `last` cover the wanted ones with index `from` up to `to`. */
export interface Span {
  first: number;
  last: number;
  from: number;
  to: number;
}

/** Groups wanted blocks, sorted and unique, into reads. */
export function spansOf(sorted: Uint32Array): Span[] {
  const spans: Span[] = [];
  for (let i = 0; i < sorted.length; i++) {
    const block = sorted[i] as number;
    const span = spans.at(-1);
    if (span && block - span.last <= GAP && block - span.first < LONGEST_READ) {
      span.last = block;
      span.to = i + 1;
    } else spans.push({ first: block, last: block, from: i, to: i + 1 });
  }
  return spans;
}

/** Joins writes of consecutive blocks, aligned as devices like it. */
export function runsOf(writes: readonly BlockWrite[]): BlockWrite[] {
  const runs: { block: number; pieces: Buffer[]; bytes: number }[] = [];
  for (const { block, data } of writes) {
    const run = runs.at(-1);
    const joins = run && run.block + run.bytes / BLOCK === block && run.bytes + data.length <= COPY_LIMIT;
    if (joins) {
      run.pieces.push(data);
      run.bytes += data.length;
    } else runs.push({ block, pieces: [data], bytes: data.length });
  }
  return runs.map(({ block, pieces, bytes }) => ({ block, data: joined(pieces, bytes) }));
}

function joined(pieces: Buffer[], bytes: number): Buffer {
  const [only, ...more] = pieces;
  if (only && more.length === 0 && isAligned(only)) return only;
  const whole = alignedBuffer(bytes);
  let at = 0;
  for (const piece of pieces) at += piece.copy(whole, at);
  return whole;
}

/** Sorted block numbers as runs. A number may occur more than once. */
export function runsOfBlocks(sorted: Iterable<number>): Run[] {
  const runs: Run[] = [];
  let run: Run = { start: -1, length: 0 };
  for (const block of sorted) {
    const end = run.start + run.length;
    if (block === end && run.length > 0) run.length++;
    else if (block >= end) {
      run = { start: block, length: 1 };
      runs.push(run);
    }
  }
  return runs;
}
