import { TemplateError } from './expression.js';

export interface Token {
  kind: 'number' | 'text' | 'name' | 'sign' | 'end';
  text: string;
  /** Index behind it. */
  end: number;
}

const pattern =
  /\s*(?:(?<number>\d+(?:\.\d+)?(?![\w.]))|(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<name>[A-Za-z_]\w*)|(?<sign>==|!=|<=|>=|\}\}|[-+*/%<>()[\].,|=]))/y;
const mostTokens = 500;
const ending = /\s*$/y;

/** Reads tokens one by one; `peek` looks at the next. */
export class Lexer {
  #next: Token | undefined;
  #taken = 0;

  constructor(
    readonly source: string,
    private at = 0,
  ) {}

  peek(): Token {
    this.#next ??= this.#read();
    return this.#next;
  }

  take(): Token {
    const token = this.peek();
    this.at = token.end;
    this.#next = undefined;
    if (++this.#taken > mostTokens) throw this.wrong(`longer than ${mostTokens} words and signs`);
    return token;
  }

  /** Takes the next token if it is this sign or word. */
  accept(text: string): boolean {
    const { kind, text: found } = this.peek();
    if ((kind !== 'sign' && kind !== 'name') || found !== text) return false;
    this.take();
    return true;
  }

  expect(text: string): Token {
    const token = this.peek();
    if (token.kind === 'text' || token.text !== text) throw this.wrong(`"${text}" expected, found ${told(token)}`);
    return this.take();
  }

  wrong(why: string): TemplateError {
    return new TemplateError(
      'bad-template',
      `template "${short(this.source)}": ${why}`,
      "for braces as they are write {{ '{{' }}",
    );
  }

  #read(): Token {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source)?.groups;
    if (!found) return this.#end();
    const [kind, text] = Object.entries(found).find(([, value]) => value !== undefined) ?? [];
    return { kind: kind as Token['kind'], text: text ?? '', end: pattern.lastIndex };
  }

  #end(): Token {
    ending.lastIndex = this.at;
    if (!ending.test(this.source))
      throw this.wrong(`"${this.source.slice(this.at).trim().slice(0, 10)}" is no part of the language`);
    return { kind: 'end', text: '', end: this.source.length };
  }
}

export function told({ kind, text }: Token): string {
  return kind === 'end' ? 'the end' : `"${text}"`;
}

/** The content of a literal: a backslash takes the next character as it is, but for `\n` and `\t`. */
export function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/gs, (_, c: string) => ({ n: '\n', t: '\t' })[c] ?? c);
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
