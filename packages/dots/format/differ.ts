import { blockSize, frameBlocks } from './limits.js';

/** Blocks next to one another that are of one kind. `at` counts from the start of what was compared. */
export interface Run {
  at: number;
  blocks: number;
  /** Nothing but zeros. */
  zero: boolean;
}

const zeros = Buffer.alloc(blockSize);

/**
 * The runs of blocks that differ from what was there before; without that, all blocks. A run of data ends where a unit of
 * 64 KiB of the volume does, so that content at the same place is cut in the same way in every commit.
 *
 * @param start the volume's block that `now` begins with
 */
export function differingRuns(now: Buffer, before: Buffer | undefined, start: number): Run[] {
  const runs: Run[] = [];
  let open: Run | undefined;
  for (let at = 0; at < now.length / blockSize; at++) {
    const kind = kindOf(now, before, at * blockSize);
    if (kind === 'same') open = undefined;
    else if (open?.zero === (kind === 'zero') && (open.zero || (start + at) % frameBlocks !== 0)) open.blocks++;
    else {
      open = { at, blocks: 1, zero: kind === 'zero' };
      runs.push(open);
    }
  }
  return runs;
}

function kindOf(now: Buffer, before: Buffer | undefined, at: number): 'same' | 'zero' | 'data' {
  const end = at + blockSize;
  if (before && now.compare(before, at, end, at, end) === 0) return 'same';
  return now[at] === 0 && now.compare(zeros, 0, blockSize, at, end) === 0 ? 'zero' : 'data';
}
