import { readFileSync } from 'node:fs';
import { type Libc, MADV_POPULATE_READ, MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT } from '#blockdev/libc.js';

/** A part of the address space that is not in memory, or need not stay there. */
export interface Range {
  start: bigint;
  length: bigint;
  /** Mapped from a file (program, library) or a kind of its own ([heap], [stack]); else anonymous memory, swapped out in part. */
  named: boolean;
}

/**
 * Locks what is in memory and whatever comes into it later, then reads in all that could otherwise have to come from a
 * disk. For a runtime that reserves gigabytes which it never touches: locking all of its address space would fill them.
 * Pages touched for the first time later are zeroed memory, which no disk is asked for.
 *
 * @returns 0, or −errno of mlockall
 */
export function lockResident(calls: Libc): number {
  const result = calls.mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
  if (result < 0) return result;
  const swapped = /^VmSwap:\s+0 kB$/m.test(readFileSync('/proc/self/status', 'utf8')) === false;
  for (const { start, length, named } of rangesToRead(readFileSync(swapped ? '/proc/self/smaps' : '/proc/self/maps', 'utf8')))
    if (named) calls.mlock(start, length);
    else calls.madvise(start, length, MADV_POPULATE_READ);
  return 0;
}

/** From /proc/PID/maps, or from /proc/PID/smaps, which also tells of swapped memory (proc(5)). Unreadable mappings hold nothing. */
export function rangesToRead(maps: string): Range[] {
  const ranges: Range[] = [];
  let last: Range | undefined;
  for (const line of maps.split('\n')) {
    const mapping = /^([0-9a-f]+)-([0-9a-f]+) (r?)\S* \S+ \S+ \d+\s*(.*)$/.exec(line);
    if (mapping) {
      const [, from = '', to = '', readable, name = ''] = mapping;
      const start = BigInt(`0x${from}`);
      last = readable ? { start, length: BigInt(`0x${to}`) - start, named: name !== '' } : undefined;
      if (last?.named && !/^\[(vvar|vsyscall)/.test(name)) ranges.push(last);
    } else if (last && !last.named && /^Swap:\s+[1-9]/.test(line)) ranges.push(last);
  }
  return ranges;
}
