import { readFileSync } from 'node:fs';
import type { Libc } from '#blockdev/libc.js';

/**
 * Unlocks where V8 keeps the code that it compiles. V8 gives pages there back by madvise(MADV_DONTNEED), which the kernel
 * refuses for locked memory, and V8 then aborts: whenever it compiles a function or drops one, also while devices are suspended.
 * The lock has read these pages in, and they are in use, so only want of memory on a machine that swaps could take them out.
 */
export function unlockCode(calls: Libc): void {
  for (const { start, end } of codeRanges(readFileSync('/proc/self/maps', 'utf8'))) calls.munlock(start, end - start);
}

export interface Mapping {
  start: bigint;
  end: bigint;
}

/**
 * From /proc/PID/maps (proc(5)): adjoining anonymous mappings of which one is executable, and those that nobody may touch
 * yet, where V8 puts more code (the program's own code, which V8 maps in between, divides the range).
 */
export function codeRanges(maps: string): Mapping[] {
  return runsOf(anonymous(maps)).flatMap((run) =>
    run.some(({ mode }) => mode.includes('x')) ? run : run.filter(({ mode }) => mode.startsWith('---')),
  );
}

type Anonymous = Mapping & { mode: string };

function anonymous(maps: string): Anonymous[] {
  return [...maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ 0 *$/gm)].map(([, from, to, mode = '']) => ({
    start: BigInt(`0x${from}`),
    end: BigInt(`0x${to}`),
    mode,
  }));
}

function runsOf(mappings: readonly Anonymous[]): Anonymous[][] {
  const runs: Anonymous[][] = [];
  for (const mapping of mappings) {
    const run = runs.at(-1);
    if (run?.at(-1)?.end === mapping.start) run.push(mapping);
    else runs.push([mapping]);
  }
  return runs;
}
