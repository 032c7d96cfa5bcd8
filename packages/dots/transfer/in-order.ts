/**
 * What `f` makes of each item, in the items' order, while up to `limit` of them are under way. Nothing is left under way when
 * it ends, however it ends.
 */
export async function* inOrder<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  f: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const under: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const made = f(item);
      made.catch(() => {}); // it is thrown where it is waited for
      under.push(made);
      if (under.length >= limit) yield await (under.shift() as Promise<R>);
    }
    for (let next = under.shift(); next; next = under.shift()) yield await next;
  } finally {
    await Promise.allSettled(under);
  }
}

/** Work that goes on beside what starts it: `start` waits for a place, `end` for all of it. The first failure is thrown by either. */
export class Beside {
  readonly #limit: number;
  readonly #under = new Set<Promise<void>>();
  readonly #errors: unknown[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  async start(work: () => Promise<unknown>): Promise<void> {
    while (this.#under.size >= this.#limit) await Promise.race(this.#under);
    this.#throwIfFailed();
    const done: Promise<void> = work()
      .then(
        () => undefined,
        (e: unknown) => void this.#errors.push(e),
      )
      .finally(() => this.#under.delete(done));
    this.#under.add(done);
  }

  async end(): Promise<void> {
    await Promise.all(this.#under);
    this.#throwIfFailed();
  }

  #throwIfFailed(): void {
    if (this.#errors.length > 0) throw this.#errors[0];
  }
}
