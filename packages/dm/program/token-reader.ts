import { SyntaxProblem, type Token } from './lexer.js';

const maxDepth = 64;

/** Walks over tokens, with the pieces that declarations and instructions share. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The token `ahead` of the next one; the end for ever after the last. */
  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] as Token;
  }

  next(): Token {
    const token = this.peek();
    this.#at++;
    return token;
  }

  /** Takes the next token if it is this mark or word. */
  take(text: string): boolean {
    const token = this.peek();
    if (token.text !== text || token.kind === 'string') return false;
    this.#at++;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) throw this.unexpected(JSON.stringify(text));
  }

  word(what: string): Token {
    if (this.peek().kind !== 'word') throw this.unexpected(what);
    return this.next();
  }

  /** A text for the kernel, which reads up to the first NUL. */
  string(what: string): string {
    const token = this.peek();
    const value = this.#text(what);
    if (value.includes('\0')) throw new SyntaxProblem(token, `${token.text} holds a NUL`);
    return value;
  }

  number(what: string, min: number, max: number): number {
    const { kind, value } = this.peek();
    if (kind !== 'number' || typeof value !== 'number') throw this.unexpected(what);
    if (!Number.isInteger(value) || value < min || value > max)
      throw new SyntaxProblem(this.peek(), `${what} ${value} is not a whole number from ${min} to ${max}`);
    this.next();
    return value;
  }

  /** Line ends inside brackets mean nothing. */
  skipLines(): void {
    while (this.peek().kind === 'newline') this.next();
  }

  endOfLine(): void {
    const { kind } = this.peek();
    if (kind !== 'newline' && kind !== 'end') throw this.unexpected('the end of the line');
  }

  /** To the line that follows, for going on after an error. */
  skipLine(): void {
    while (this.peek().kind !== 'newline' && this.peek().kind !== 'end') this.next();
  }

  /** Any JSON value. */
  value(depth = 0): unknown {
    const token = this.peek();
    if (depth > maxDepth) throw new SyntaxProblem(token, `nested deeper than ${maxDepth}`);
    if (token.kind === 'string' || token.kind === 'number') return this.next().value;
    if (this.take('{')) return this.#object(depth);
    if (this.take('[')) return this.#array(depth);
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const)
      if (this.take(word)) return value;
    throw this.unexpected('a value');
  }

  unexpected(wanted: string): SyntaxProblem {
    const { kind, text } = this.peek();
    const found = kind === 'newline' ? 'the end of the line' : kind === 'end' ? 'the end of the text' : `"${text}"`;
    return new SyntaxProblem(this.peek(), `expected ${wanted}, found ${found}`);
  }

  #text(what: string): string {
    const { kind, value } = this.peek();
    if (kind !== 'string' || typeof value !== 'string') throw this.unexpected(what);
    this.next();
    return value;
  }

  #object(depth: number): Record<string, unknown> {
    const object = new Map<string, unknown>();
    this.#list('}', () => {
      const at = this.peek();
      const key = this.#text('a key');
      if (key === '__proto__' || object.has(key)) throw new SyntaxProblem(at, `key "${key}" cannot stand here`);
      this.expect(':');
      object.set(key, this.value(depth + 1));
    });
    return Object.fromEntries(object);
  }

  #array(depth: number): unknown[] {
    const array: unknown[] = [];
    this.#list(']', () => void array.push(this.value(depth + 1)));
    return array;
  }

  #list(close: string, item: () => void): void {
    this.skipLines();
    if (this.take(close)) return;
    for (;;) {
      this.skipLines();
      item();
      this.skipLines();
      if (this.take(close)) return;
      this.expect(',');
    }
  }
}
