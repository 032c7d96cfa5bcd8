/** What a writecache says of itself, in blocks. */
export interface WritecacheStatus {
  /** A device below it has failed; nothing is written back any more. */
  failed: boolean;
  total: number;
  free: number;
  /** Under way from the cache to the origin. */
  beingWritten: number;
}

/**
 * Reads the kernel's line: `ERROR BLOCKS FREE UNDER-WRITEBACK …` (admin-guide/device-mapper/writecache); undefined where it is
 * something else.
 */
export function parseWritecacheStatus(line: string | undefined): WritecacheStatus | undefined {
  const [, error, total, free, beingWritten] = /^(-?\d+) (\d+) (\d+) (\d+)(?: |$)/.exec(line ?? '') ?? [];
  if (error === undefined) return undefined;
  return { failed: error !== '0', total: Number(total), free: Number(free), beingWritten: Number(beingWritten) };
}
