import { BLOCK } from '../format/block.js';
import type { Run } from '../format/history-block.js';
import type { BlockWrite } from './open-region.js';

/** Blocks between two wanted ones that are read along rather than starting another read. */
const GAP = 4;
const LONGEST_READ = 256;
/** Pieces up to this many bytes are copied together for one write; longer ones are written as they are. */
const COPY_LIMIT = 256 * 1024;

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

/** Joins writes of consecutive blocks. */
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
  return runs.map(({ block, pieces }) => ({ block, data: pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces) }));
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
