const STEP = 1 << 16;

/** Length of the common beginning of two buffers. */
export function commonPrefix(a: Buffer, b: Buffer): number {
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at + STEP <= end && a.compare(b, at, at + STEP, at, at + STEP) === 0) at += STEP;
  while (at < end && a[at] === b[at]) at++;
  return at;
}

/** Length of the common end of two buffers, at most `most`. */
export function commonSuffix(a: Buffer, b: Buffer, most: number): number {
  let n = 0;
  while (n + STEP <= most && equalTails(a, b, n)) n += STEP;
  while (n < most && a[a.length - 1 - n] === b[b.length - 1 - n]) n++;
  return n;
}

function equalTails(a: Buffer, b: Buffer, n: number): boolean {
  return a.compare(b, b.length - n - STEP, b.length - n, a.length - n - STEP, a.length - n) === 0;
}
