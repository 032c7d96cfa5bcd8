/**
 * Where pages end. A page ends after a line, and at which line depends only on what the page holds and the few bytes
 * that follow: after an insertion the ends soon fall where they fell before, so that pages stay what they were.
 */

export const MAX_PAGE = 4096;
/** With this least length pages are 65 % full, and an inserted line changes 1.2 pages on average, rarely more than 3. */
export const MIN_PAGE = 1024;

const NEWLINE = 10;
/** A line's hash covers at most this many of its last bytes. */
const LINE_TAIL = 512;
/** Bytes a rolling hash remembers. */
const ROLLING = 32;

/**
 * The end of the page that starts at `start`. Of the line ends that leave a page of `MIN_PAGE` to `MAX_PAGE` bytes it
 * is the one whose line has the least hash; without a line end there, the byte with the least rolling hash.
 * Of equals the last one.
 *
 * Depends on nothing outside `content[start … start + MAX_PAGE)` but whether the content ends there.
 */
export function pageEnd(content: Buffer, start: number): number {
  if (content.length - start <= MAX_PAGE) return content.length;
  return lineEnd(content, start + MIN_PAGE, start + MAX_PAGE) ?? byteEnd(content, start + MIN_PAGE, start + MAX_PAGE);
}

function lineEnd(content: Buffer, first: number, last: number): number | undefined {
  let best: number | undefined;
  let least = 2 ** 32;
  for (let at = content.indexOf(NEWLINE, first - 1); at >= 0 && at < last; at = content.indexOf(NEWLINE, at + 1)) {
    const hash = lineHash(content, Math.max(content.lastIndexOf(NEWLINE, at - 1) + 1, at - LINE_TAIL), at);
    if (hash <= least) {
      least = hash;
      best = at + 1;
    }
  }
  return best;
}

/** FNV-1a and a final mix. */
function lineHash(content: Buffer, from: number, to: number): number {
  let h = 0x811c9dc5;
  for (let i = from; i < to; i++) h = Math.imul(h ^ (content[i] as number), 0x01000193);
  return mix(h);
}

function byteEnd(content: Buffer, first: number, last: number): number {
  let best = last;
  let least = 2 ** 32;
  let h = 0;
  for (let i = first - ROLLING; i < last; i++) {
    h = ((h << 1) + (gear[content[i] as number] as number)) | 0;
    if (i + 1 >= first && h >>> 0 <= least) {
      least = h >>> 0;
      best = i + 1;
    }
  }
  return best;
}

/** A random-looking number for each byte value. */
const gear = Int32Array.from({ length: 256 }, (_, i) => mix(Math.imul(i + 1, 0x9e3779b1)));

function mix(h: number): number {
  let x = h ^ (h >>> 16);
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

const MIN_GROUP = 25;

/**
 * The end of the table that starts with entry `start`: by the same rule, with the entries' own hashes in place of
 * the lines', a table of `MIN_GROUP` to `most` entries.
 */
export function groupEnd(hashes: Buffer, hashLength: number, start: number, most: number): number {
  const count = hashes.length / hashLength;
  if (count - start <= most) return count;
  let best = start + most;
  let least = 2 ** 32;
  for (let end = start + MIN_GROUP; end <= start + most; end++) {
    const hash = hashes.readUInt32LE((end - 1) * hashLength);
    if (hash <= least) {
      least = hash;
      best = end;
    }
  }
  return best;
}
