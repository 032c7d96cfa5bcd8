import { type Argument, type Comparison, type Expression, TemplateError } from './expression.js';
import { Lexer, told, unquoted } from './lexer.js';

const deepest = 50;

/** Reads an expression that takes all of the text. @throws TemplateError */
export function parseExpression(text: string): Expression {
  const lexer = new Lexer(text);
  const expression = new Parser(lexer).whole();
  if (lexer.peek().kind !== 'end') throw lexer.wrong(`unexpected ${told(lexer.peek())}`);
  return expression;
}

/** Reads an expression from an index on, to its `}}`; `end` is the index behind that. @throws TemplateError */
export function parseEmbedded(text: string, start: number): { expression: Expression; end: number } {
  const lexer = new Lexer(text, start);
  const expression = new Parser(lexer).whole();
  return { expression, end: lexer.expect('}}').end };
}

const levels: readonly (readonly string[])[] = [
  ['+', '-'],
  ['*', '/', '%'],
];

class Parser {
  #depth = 0;

  constructor(readonly lexer: Lexer) {}

  /** `A if B else C`, or simpler. */
  whole(): Expression {
    if (++this.#depth > deepest)
      throw new TemplateError('bad-template', `a template is nested deeper than ${deepest}`, 'write it with less nesting');
    const then = this.#or();
    const chosen: Expression = this.lexer.accept('if') ? this.#choice(then) : then;
    this.#depth--;
    return chosen;
  }

  #choice(then: Expression): Expression {
    const when = this.#or();
    this.lexer.expect('else');
    return { op: 'choose', when, then, otherwise: this.whole() };
  }

  #or(): Expression {
    let left = this.#and();
    while (this.lexer.accept('or')) left = { op: 'or', left, right: this.#and() };
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.lexer.accept('and')) left = { op: 'and', left, right: this.#not() };
    return left;
  }

  #not(): Expression {
    let negated = false;
    while (this.lexer.accept('not')) negated = !negated;
    const of = this.#comparison();
    return negated ? { op: 'not', of } : of;
  }

  #comparison(): Expression {
    const left = this.#binary(0);
    const op = this.#comparator();
    return op === undefined ? left : { op, left, right: this.#binary(0) };
  }

  #comparator(): Comparison | undefined {
    for (const sign of ['==', '!=', '<=', '>=', '<', '>', 'in'] as const) if (this.lexer.accept(sign)) return sign;
    if (!this.lexer.accept('not')) return undefined;
    this.lexer.expect('in');
    return 'not in';
  }

  #binary(level: number): Expression {
    const signs = levels[level];
    if (!signs) return this.#negative();
    let left = this.#binary(level + 1);
    for (let sign = this.#sign(signs); sign !== undefined; sign = this.#sign(signs))
      left = { op: sign as '+', left, right: this.#binary(level + 1) };
    return left;
  }

  #sign(signs: readonly string[]): string | undefined {
    return signs.find((sign) => this.lexer.accept(sign));
  }

  #negative(): Expression {
    let negative = false;
    while (this.lexer.accept('-')) negative = !negative;
    const of = this.#postfix();
    return negative ? { op: 'negative', of } : of;
  }

  #postfix(): Expression {
    let of = this.#primary();
    for (;;) {
      if (this.lexer.accept('.')) of = { op: 'member', of, key: { op: 'value', value: this.#name() } };
      else if (this.lexer.accept('[')) {
        of = { op: 'member', of, key: this.whole() };
        this.lexer.expect(']');
      } else if (this.lexer.accept('|')) of = { op: 'filter', of, name: this.#name(), args: this.#filterArguments() };
      else return of;
    }
  }

  #filterArguments(): Expression[] {
    return this.lexer.accept('(') ? this.#list(')', () => this.whole()) : [];
  }

  #primary(): Expression {
    const token = this.lexer.take();
    if (token.kind === 'number') return { op: 'value', value: Number(token.text) };
    if (token.kind === 'text') return { op: 'value', value: unquoted(token.text) };
    if (token.kind === 'name') return this.#named(token.text);
    if (token.text === '[') return { op: 'list', items: this.#list(']', () => this.whole()) };
    if (token.text !== '(') throw this.lexer.wrong(`a value expected, found ${told(token)}`);
    const inner = this.whole();
    this.lexer.expect(')');
    return inner;
  }

  #named(name: string): Expression {
    const literal = literals.get(name);
    if (literal !== undefined) return { op: 'value', value: literal.value };
    return this.lexer.accept('(') ? { op: 'call', name, args: this.#list(')', () => this.#argument()) } : { op: 'name', name };
  }

  #argument(): Argument {
    const value = this.whole();
    if (value.op !== 'name' || !this.lexer.accept('=')) return { name: undefined, value };
    return { name: value.name, value: this.whole() };
  }

  #list<T>(end: string, item: () => T): T[] {
    const items: T[] = [];
    while (!this.lexer.accept(end)) {
      items.push(item());
      if (!this.lexer.accept(',')) {
        this.lexer.expect(end);
        break;
      }
    }
    return items;
  }

  #name(): string {
    const token = this.lexer.take();
    if (token.kind !== 'name') throw this.lexer.wrong(`a name expected, found ${told(token)}`);
    return token.text;
  }
}

const literals = new Map([
  ['true', { value: true }],
  ['false', { value: false }],
  ['null', { value: null }],
  ['True', { value: true }],
  ['False', { value: false }],
  ['None', { value: null }],
]);
