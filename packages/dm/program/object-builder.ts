type Built = Record<string, unknown>;

/** The object that a program builds: a stack of objects that are open, the result at the bottom. */
export class ObjectBuilder {
  readonly #open: { object: Built; key: string | undefined }[] = [{ object: empty(), key: undefined }];

  /** A later value under one key replaces the earlier one. */
  put(key: string, value: unknown): void {
    const top = this.#open.at(-1);
    if (top) top.object[key] = value;
  }

  begin(key: string | undefined): void {
    this.#open.push({ object: empty(), key });
  }

  /** The key may stand at either end; the program's check has seen that it stands at one. */
  end(key: string | undefined): void {
    const done = this.#open.pop();
    if (done) this.put(done.key ?? key ?? '', done.object);
  }

  value(): Built {
    return this.#open[0]?.object ?? empty();
  }
}

/** Without a prototype, so that no key means anything else. */
function empty(): Built {
  return Object.create(null) as Built;
}
