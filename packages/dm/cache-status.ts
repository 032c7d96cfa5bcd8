/** What a cache says of itself; sizes in its own units: metadata blocks of 4 KiB, chunks. */
export interface CacheStatus {
  /** `fail`: nothing works any more; `read-only`: what is cached stays as it is, and nothing is written back. */
  mode: 'write' | 'read-only' | 'fail';
  /** It wants cache_check before it takes changes again. */
  needsCheck: boolean;
  /** Absent of a failed cache, as all that follows. */
  metadata?: { used: number; total: number };
  data?: { used: number; total: number };
  readHits?: number;
  readMisses?: number;
  writeHits?: number;
  writeMisses?: number;
  /** Chunks that are not written back. */
  dirty?: number;
  policy?: string;
}

/**
 * Reads the kernel's line: `BLOCK USED/TOTAL CHUNK USED/TOTAL READ-HITS READ-MISSES WRITE-HITS WRITE-MISSES DEMOTIONS PROMOTIONS
 * DIRTY N FEATURE… N CORE-ARGUMENT… POLICY N ARGUMENT… MODE NEEDS-CHECK` (admin-guide/device-mapper/cache), `Fail` or `Error`;
 * undefined where it is something else.
 */
export function parseCacheStatus(line: string | undefined): CacheStatus | undefined {
  const words = (line ?? '').trim().split(/\s+/);
  if (words[0] === 'Fail' || words[0] === 'Error') return { mode: 'fail', needsCheck: false };
  const [metadata, data] = [share(words[1]), share(words[3])];
  if (!metadata || !data || !/^\d+$/.test(words[10] ?? '')) return undefined;
  const count = (i: number): number => Number(words[i]);
  const core = 12 + count(11);
  return {
    mode: words.at(-2) === 'ro' ? 'read-only' : 'write',
    needsCheck: words.at(-1) === 'needs_check',
    metadata,
    data,
    readHits: count(4),
    readMisses: count(5),
    writeHits: count(6),
    writeMisses: count(7),
    dirty: count(10),
    policy: words[core + 1 + count(core)] ?? '',
  };
}

function share(word: string | undefined): { used: number; total: number } | undefined {
  const [, used, total] = /^(\d+)\/(\d+)$/.exec(word ?? '') ?? [];
  return used === undefined ? undefined : { used: Number(used), total: Number(total) };
}
