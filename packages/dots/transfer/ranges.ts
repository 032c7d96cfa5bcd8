import type { Range } from './content.js';

/** The same bytes as a list that ascends, with nothing twice and nothing that touches. */
export function joined(ranges: readonly Range[]): Range[] {
  const out: Range[] = [];
  for (const { offset, length } of ranges.toSorted((a, b) => a.offset - b.offset)) {
    const last = out.at(-1);
    if (length === 0) continue;
    if (last && offset <= last.offset + last.length) last.length = Math.max(last.length, offset + length - last.offset);
    else out.push({ offset, length });
  }
  return out;
}

/** What of the first is not in the second; both joined. */
export function without(ranges: readonly Range[], others: readonly Range[]): Range[] {
  const out: Range[] = [];
  let next = 0;
  for (const { offset, length } of ranges) {
    const end = offset + length;
    while (next < others.length && endOf(others[next] as Range) <= offset) next++;
    let at = offset;
    for (let i = next; i < others.length && (others[i] as Range).offset < end; i++) {
      const other = others[i] as Range;
      if (other.offset > at) out.push({ offset: at, length: other.offset - at });
      at = Math.max(at, endOf(other));
    }
    if (at < end) out.push({ offset: at, length: end - at });
  }
  return out;
}

/** In pieces that do not cross multiples of `unit`. */
export function* cutAt(ranges: Iterable<Range>, unit: number): Generator<Range> {
  for (const { offset, length } of ranges)
    for (let at = offset; at < offset + length; ) {
      const end = Math.min(offset + length, (Math.floor(at / unit) + 1) * unit);
      yield { offset: at, length: end - at };
      at = end;
    }
}

export function endOf({ offset, length }: Range): number {
  return offset + length;
}

export function totalOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { length }) => sum + length, 0);
}
