import type { Position } from './check.js';

/** A piece of assembly text. `text` is as written, `value` what a string or number means. */
export interface Token extends Position {
  kind: 'word' | 'label' | 'string' | 'number' | 'mark' | 'newline' | 'end';
  text: string;
  value?: string | number;
}

/** Something wrong with the text, with its place. Lines and columns count from 1. */
export class SyntaxProblem extends Error {
  constructor(
    readonly position: Position,
    message: string,
  ) {
    super(message);
  }
}

const space = /[ \t\r]*(?:#[^\n]*)?/y;
const patterns: [Token['kind'], RegExp][] = [
  ['newline', /\n/y],
  ['word', /[A-Za-z_][A-Za-z0-9_-]*/y],
  ['label', /\.[A-Za-z_][A-Za-z0-9_-]*/y],
  ['string', /"(?:[^"\\\n]|\\.)*"/y],
  ['number', /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
  ['mark', /[=,:{}[\]]/y],
];

/**
 * Cuts assembly text into tokens; comments and blanks are dropped, line ends kept.
 *
 * @throws SyntaxProblem at the first character that begins nothing
 */
export function lex(source: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let lineStart = 0;
  for (let at = skip(source, 0); at < source.length; at = skip(source, at)) {
    const position = { line, column: at - lineStart + 1 };
    const token = tokenAt(source, at, position);
    tokens.push(token);
    at += token.text.length;
    if (token.kind === 'newline') {
      line++;
      lineStart = at;
    }
  }
  tokens.push({ kind: 'end', text: '', line, column: source.length - lineStart + 1 });
  return tokens;
}

function skip(source: string, at: number): number {
  space.lastIndex = at;
  return at + (space.exec(source)?.[0].length ?? 0);
}

function tokenAt(source: string, at: number, position: Position): Token {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0];
    if (text !== undefined) return { kind, text, ...position, ...meaning(kind, text, position) };
  }
  if (source[at] === '"') throw new SyntaxProblem(position, 'a string has no end on its line');
  throw new SyntaxProblem(position, `unexpected character ${JSON.stringify(String.fromCodePoint(source.codePointAt(at) ?? 0))}`);
}

function meaning(kind: Token['kind'], text: string, position: Position): { value?: string | number } {
  if (kind === 'number') return { value: exactNumber(text, position) };
  if (kind !== 'string') return {};
  try {
    return { value: JSON.parse(text) as string };
  } catch {
    throw new SyntaxProblem(position, `${text} is not a string: escapes are JSON's`);
  }
}

function exactNumber(text: string, position: Position): number {
  const value = Number(text);
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER)
    throw new SyntaxProblem(position, `number ${text.slice(0, 40)} cannot be held exactly`);
  return value;
}
