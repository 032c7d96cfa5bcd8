import { type Entries, HASH, hashPage } from '../format/table.js';
import { commonPrefix, commonSuffix } from './common.js';
import { MAX_PAGE, pageEnd } from './cut.js';

/** A content whose pages are known. */
export interface Paged {
  content: Buffer;
  pages: Entries;
}

/**
 * Cuts a content into pages and hashes them. What `previous` has in common with it at both ends is neither cut nor
 * hashed again, so the cost is that of a comparison and of the pages in between.
 */
export function cutPages(content: Buffer, previous?: Paged): Entries {
  const out = new PageList(content);
  if (!previous) return out.cutTo(content.length).entries();
  const prefix = commonPrefix(content, previous.content);
  const suffix = commonSuffix(content, previous.content, Math.min(content.length, previous.content.length) - prefix);
  const old = previous.pages;
  const kept = out.keepWhile(old, prefix);
  return out.cutUntilOld(old, kept, content.length - previous.content.length, content.length - suffix).entries();
}

/** Pages in the making. */
class PageList {
  readonly #content: Buffer;
  readonly #lengths: number[] = [];
  readonly #hashes: Buffer[] = [];
  #end = 0;

  constructor(content: Buffer) {
    this.#content = content;
  }

  cutTo(end: number): this {
    while (this.#end < end) this.#cut();
    return this;
  }

  /** Takes over the old pages whose end was decided by bytes that both contents have; returns how many. */
  keepWhile(old: Entries, prefix: number): number {
    let n = 0;
    for (let end = 0; n < old.lengths.length && end + MAX_PAGE < prefix; n++) end += old.lengths[n] as number;
    this.#keep(old, 0, n);
    return n;
  }

  /** Cuts until an end falls on an old one behind the last difference, and takes over the old pages from there. */
  cutUntilOld(old: Entries, kept: number, shift: number, suffixStart: number): this {
    let oldEnd = this.#end;
    let next = kept;
    while (this.#end < this.#content.length) {
      this.#cut();
      while (next < old.lengths.length && oldEnd + shift < this.#end) oldEnd += old.lengths[next++] as number;
      if (this.#end >= suffixStart && oldEnd + shift === this.#end) break;
    }
    if (this.#end < this.#content.length) this.#keep(old, next, old.lengths.length);
    return this;
  }

  entries(): Entries {
    return { lengths: Uint32Array.from(this.#lengths), hashes: Buffer.concat(this.#hashes) };
  }

  #cut(): void {
    const end = pageEnd(this.#content, this.#end);
    this.#hashes.push(hashPage(this.#content.subarray(this.#end, end)));
    this.#lengths.push(end - this.#end);
    this.#end = end;
  }

  #keep(old: Entries, from: number, to: number): void {
    this.#hashes.push(old.hashes.subarray(from * HASH, to * HASH));
    for (let i = from; i < to; i++) {
      this.#lengths.push(old.lengths[i] as number);
      this.#end += old.lengths[i] as number;
    }
  }
}
