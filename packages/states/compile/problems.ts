import { type DvmError, fail } from '#tool/errors.js';

/** Where something stands that people wrote. */
export interface Place {
  repository: string;
  file: string;
  line: number;
}

export interface Problem extends Place {
  /** A stable word for programs. */
  code: string;
  message: string;
  /** What would mend it. */
  hint: string;
}

const mostTold = 1000;

/** Collects what is wrong, so that all of it is told at once. */
export class Problems {
  readonly #all: Problem[] = [];

  add({ repository, file, line }: Place, code: string, message: string, hint: string): void {
    this.#all.push({ repository, file, line, code, message, hint });
  }

  get count(): number {
    return this.#all.length;
  }

  /** `bad-states` (exit 65) where anything is wrong; `details.problems` lists all of it, by file and line. */
  error(): DvmError | undefined {
    const [first, ...more] = this.#all.toSorted(byPlace);
    if (!first) return undefined;
    const others = more.length === 0 ? '' : `, and ${more.length} more`;
    return fail('badInput', 'bad-states', `${first.file}:${first.line}: ${first.message}${others}`, {
      hint: first.hint,
      details: { problems: [first, ...more].slice(0, mostTold) },
    });
  }
}

function byPlace(a: Problem, b: Problem): number {
  return compare(a.repository, b.repository) || compare(a.file, b.file) || a.line - b.line;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
