/** What a thin pool says of itself; sizes in its own units: metadata blocks of 4 KiB, chunks. */
export interface PoolStatus {
  /** `fail`: nothing works any more; `read-only`: no changes; `full`: no chunk is left and writes wait or fail. */
  mode: 'write' | 'read-only' | 'full' | 'fail';
  /** It wants thin_check before it takes changes again. */
  needsCheck: boolean;
  /** Absent of a failed pool, as all that follows. */
  transaction?: number;
  metadata?: { used: number; total: number };
  data?: { used: number; total: number };
}

/**
 * Reads the kernel's line: `TRANSACTION USED/TOTAL USED/TOTAL HELD MODE DISCARDS WHEN-FULL NEEDS-CHECK LOW-WATER`
 * (admin-guide/device-mapper/thin-provisioning), `Fail` or `Error`; undefined where it is something else.
 */
export function parsePoolStatus(line: string | undefined): PoolStatus | undefined {
  const words = (line ?? '').trim().split(/\s+/);
  if (words[0] === 'Fail' || words[0] === 'Error') return { mode: 'fail', needsCheck: false };
  const [metadata, data] = [share(words[1]), share(words[2])];
  const mode = modes[words[4] ?? ''];
  if (!/^\d+$/.test(words[0] ?? '') || !metadata || !data || !mode) return undefined;
  return { mode, needsCheck: words.includes('needs_check'), transaction: Number(words[0]), metadata, data };
}

const modes: Readonly<Record<string, PoolStatus['mode']>> = { rw: 'write', ro: 'read-only', out_of_data_space: 'full' };

function share(word: string | undefined): { used: number; total: number } | undefined {
  const [, used, total] = /^(\d+)\/(\d+)$/.exec(word ?? '') ?? [];
  return used === undefined ? undefined : { used: Number(used), total: Number(total) };
}
