interface Entry<T> {
  value: Promise<T>;
  weight: number;
}

/** What was made last, up to so much weight; two who ask for the same at once wait for one making. Failures are not kept. */
export class Cache<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #most: number;
  readonly #weigh: (value: T) => number;
  #weight = 0;

  constructor(most: number, weigh: (value: T) => number) {
    this.#most = most;
    this.#weigh = weigh;
  }

  get(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#entries.get(key);
    if (known) {
      this.#entries.delete(key); // to the end: it was used last
      this.#entries.set(key, known);
      return known.value;
    }
    const entry: Entry<T> = { value: make(), weight: 0 };
    this.#entries.set(key, entry);
    entry.value.then(
      (value) => this.#made(key, entry, this.#weigh(value)),
      () => this.#entries.delete(key),
    );
    return entry.value;
  }

  drop(key: string): void {
    this.#weight -= this.#entries.get(key)?.weight ?? 0;
    this.#entries.delete(key);
  }

  #made(key: string, entry: Entry<T>, weight: number): void {
    if (this.#entries.get(key) !== entry) return;
    entry.weight = weight;
    this.#weight += weight;
    for (const [oldest, { weight: less }] of this.#entries) {
      if (this.#weight <= this.#most) return;
      if (less === 0) continue; // still being made
      this.#entries.delete(oldest);
      this.#weight -= less;
    }
  }
}
