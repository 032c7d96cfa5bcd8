/** What dm-integrity reports of itself. */
export interface IntegrityStatus {
  /** Blocks that came back otherwise than they were written, since the device came up. */
  mismatches: number;
  /** Sectors of data. */
  size: number;
  /** Up to where checksums have been computed; undefined when that is done. */
  recalculated: number | undefined;
}

/** dm-integrity.c, dm_integrity_status: `MISMATCHES SECTORS RECALCULATED`; the last is `-` where nothing had to be computed, and stays at the end. */
export function parseIntegrityStatus(text: string | undefined): IntegrityStatus | undefined {
  const [, mismatches, size, at] = /^(\d+) (\d+) (\d+|-)(?: |$)/.exec(text ?? '') ?? [];
  if (mismatches === undefined) return undefined;
  const done = at === '-' || Number(at) >= Number(size);
  return { mismatches: Number(mismatches), size: Number(size), recalculated: done ? undefined : Number(at) };
}
