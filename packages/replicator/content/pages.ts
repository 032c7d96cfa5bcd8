import { type Entries, HASH, hashPage } from '../format/table.js';
import { commonPrefix } from './common.js';
import { MAX_PAGE, pageEnd } from './cut.js';

/** A content whose pages are known. */
export interface Paged {
  content: Buffer;
  pages: Entries;
}

/**
 * Cuts a content into pages and hashes them. Stretches that `previous` has too, in their place or moved by the
 * difference in length, are neither cut nor hashed again: one edit costs a comparison and a few pages.
 */
export function cutPages(content: Buffer, previous?: Paged): Entries {
  const out = new PageList(content);
  const old = previous && new OldPages(previous, content.length);
  while (out.end < content.length) if (!old?.keep(out)) out.cut();
  return out.entries();
}

/** Pages in the making. */
class PageList {
  readonly content: Buffer;
  readonly #lengths: number[] = [];
  readonly #hashes: Buffer[] = [];
  end = 0;

  constructor(content: Buffer) {
    this.content = content;
  }

  cut(): void {
    const end = pageEnd(this.content, this.end);
    this.#hashes.push(hashPage(this.content.subarray(this.end, end)));
    this.#lengths.push(end - this.end);
    this.end = end;
  }

  /** Takes over pages `from` up to `to`. */
  take(old: Entries, from: number, to: number): void {
    this.#hashes.push(old.hashes.subarray(from * HASH, to * HASH));
    for (const length of old.lengths.subarray(from, to)) {
      this.#lengths.push(length);
      this.end += length;
    }
  }

  entries(): Entries {
    return { lengths: Uint32Array.from(this.#lengths), hashes: Buffer.concat(this.#hashes) };
  }
}

/** The pages of an earlier content, by where they start. */
class OldPages {
  readonly #old: Paged;
  /** Where each page starts; the last entry is the content's end. */
  readonly #starts: Float64Array;
  /** How far a stretch of the new content may lie from where it was. */
  readonly #shifts: number[];

  constructor(old: Paged, newLength: number) {
    this.#old = old;
    this.#starts = new Float64Array(old.pages.lengths.length + 1);
    for (const [i, length] of old.pages.lengths.entries()) this.#starts[i + 1] = (this.#starts[i] as number) + length;
    this.#shifts = newLength === old.content.length ? [0] : [0, newLength - old.content.length];
  }

  /** Takes over old pages at the end of the list as long as they are sure to be the new ones; false when none is. */
  keep(list: PageList): boolean {
    return this.#shifts.some((shift) => this.#keepAt(list, list.end - shift));
  }

  #keepAt(list: PageList, start: number): boolean {
    const { content, pages } = this.#old;
    const from = this.#pageAt(start);
    if (from === undefined) return false;
    const same = commonPrefix(list.content.subarray(list.end), content.subarray(start));
    const atEnd = start + same === content.length && list.end + same === list.content.length;
    let to = from;
    // Where a page ends depends on the bytes up to MAX_PAGE behind its start.
    while (to < pages.lengths.length && (atEnd || (this.#starts[to] as number) + MAX_PAGE < start + same)) to++;
    list.take(pages, from, to);
    return to > from;
  }

  /** The page that starts at `start`. */
  #pageAt(start: number): number | undefined {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] as number) < start) low = middle + 1;
      else high = middle;
    }
    return this.#starts[low] === start && low < this.#starts.length - 1 ? low : undefined;
  }
}
