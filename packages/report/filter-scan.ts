import { fail } from '#tool/errors.js';

/** A piece of a filter; `at` is its column, from 1. */
export interface Token {
  type: 'word' | 'text' | 'operator' | 'open' | 'close' | 'end';
  text: string;
  at: number;
}

const piece =
  /\s*(?:(?<operator>=~|!~|!=|<=|>=|=|<|>|&&|\|\||!)|(?<open>\()|(?<close>\))|(?<quote>["'])|(?<word>[^\s"'()=!<>~&|]+))/y;

/** Splits a filter into words, quoted texts, operators and parentheses; the last token is `end`. */
export function scanFilter(filter: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (filter.slice(at).trim() !== '') {
    piece.lastIndex = at;
    const found = piece.exec(filter);
    const start = at + (/^\s*/.exec(filter.slice(at))?.[0].length ?? 0);
    if (!found?.groups) throw badFilter(start + 1, `"${filter[start]}" means nothing here`);
    const { operator, open, close, quote, word } = found.groups;
    at = piece.lastIndex;
    if (quote !== undefined) {
      const text = quoted(filter, start);
      tokens.push({ type: 'text', text: text.value, at: start + 1 });
      at = text.end;
    } else if (operator !== undefined) tokens.push({ type: 'operator', text: operator, at: start + 1 });
    else if (word !== undefined) tokens.push({ type: 'word', text: word, at: start + 1 });
    else tokens.push({ type: open === undefined ? 'close' : 'open', text: open ?? close ?? '', at: start + 1 });
  }
  return [...tokens, { type: 'end', text: '', at: filter.length + 1 }];
}

/** A text in quotes; a backslash keeps a quote or a backslash, and stands for itself before anything else. */
function quoted(filter: string, start: number): { value: string; end: number } {
  const quote = filter[start];
  let value = '';
  for (let i = start + 1; i < filter.length; i++) {
    const c = filter[i];
    if (c === quote) return { value, end: i + 1 };
    const next = filter[i + 1];
    if (c === '\\' && (next === quote || next === '\\')) {
      value += next;
      i++;
    } else value += c;
  }
  throw badFilter(start + 1, 'the quote is not closed');
}

/** The error for a filter that cannot be read: `bad-filter` (exit 64) with the column in words and in `details`. */
export function badFilter(column: number, why: string) {
  return fail('usage', 'bad-filter', `filter, column ${column}: ${why}`, {
    hint: "for example: lv_size >= 10G and (lv_tags = db or not lv_name =~ '^tmp')",
    details: { column },
  });
}
