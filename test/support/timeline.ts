/** What happens when, in order; equal times in the order in which they were asked for. */
export class Timeline {
  now = 0;
  #count = 0;
  readonly #heap: { at: number; order: number; action: () => void }[] = [];

  after(delay: number, action: () => void): void {
    this.#push({ at: this.now + Math.max(0, delay), order: this.#count++, action });
  }

  runUntil(time: number): void {
    for (let first = this.#heap[0]; first && first.at <= time; first = this.#heap[0]) {
      this.#pop();
      this.now = first.at;
      first.action();
    }
    this.now = time;
  }

  #push(item: { at: number; order: number; action: () => void }): void {
    const heap = this.#heap;
    let i = heap.push(item) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#before(i, parent)) return;
      this.#swap(i, parent);
      i = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    heap[0] = last;
    for (let i = 0; ; ) {
      const [l, r] = [2 * i + 1, 2 * i + 2];
      let least = i;
      if (l < heap.length && this.#before(l, least)) least = l;
      if (r < heap.length && this.#before(r, least)) least = r;
      if (least === i) return;
      this.#swap(i, least);
      i = least;
    }
  }

  #before(i: number, j: number): boolean {
    const [a, b] = [this.#heap[i], this.#heap[j]];
    if (!a || !b) return false;
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  #swap(i: number, j: number): void {
    const heap = this.#heap;
    const [a, b] = [heap[i], heap[j]];
    if (a && b) [heap[i], heap[j]] = [b, a];
  }
}
