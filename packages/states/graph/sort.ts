import type { Edge } from '../documents/documents.js';

/** Nodes with what comes right behind and right before each. */
export class Graph {
  readonly after = new Map<string, Set<string>>();
  readonly before = new Map<string, Set<string>>();

  constructor(keys: Iterable<string>, edges: Iterable<Pick<Edge, 'from' | 'to'>>) {
    for (const key of keys) {
      this.after.set(key, new Set());
      this.before.set(key, new Set());
    }
    for (const { from, to } of edges) this.bind(from, to);
  }

  bind(from: string, to: string): void {
    this.after.get(from)?.add(to);
    this.before.get(to)?.add(from);
  }

  /** All that has to be over before a node. */
  ancestors(key: string): Set<string> {
    const found = new Set(this.before.get(key));
    for (const one of found) for (const other of this.before.get(one) ?? []) found.add(other);
    return found;
  }
}

/**
 * The nodes in an order that keeps every edge; where edges leave the choice, the one that is less by `compare` first. Nodes in or
 * behind a cycle are left out.
 */
export function sorted(graph: Graph, compare: (a: string, b: string) => number): string[] {
  const waits = new Map([...graph.before].map(([key, before]) => [key, before.size]));
  const ready = new Heap(compare);
  for (const [key, count] of waits) if (count === 0) ready.push(key);
  const order: string[] = [];
  for (let key = ready.pop(); key !== undefined; key = ready.pop()) {
    order.push(key);
    for (const next of graph.after.get(key) ?? []) {
      const left = (waits.get(next) ?? 0) - 1;
      waits.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  return order;
}

/** A binary heap: the least comes out first. */
class Heap {
  readonly #all: string[] = [];

  constructor(readonly compare: (a: string, b: string) => number) {}

  push(key: string): void {
    let at = this.#all.push(key) - 1;
    for (let above = (at - 1) >> 1; at > 0 && this.#less(at, above); above = (at - 1) >> 1) {
      this.#swap(at, above);
      at = above;
    }
  }

  pop(): string | undefined {
    const first = this.#all[0];
    const last = this.#all.pop();
    if (this.#all.length === 0 || last === undefined) return first;
    this.#all[0] = last;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const least = right < this.#all.length && this.#less(right, left) ? right : left;
      if (least >= this.#all.length || !this.#less(least, at)) return first;
      this.#swap(at, least);
      at = least;
    }
  }

  #less(a: number, b: number): boolean {
    return this.compare(this.#all[a] ?? '', this.#all[b] ?? '') < 0;
  }

  #swap(a: number, b: number): void {
    [this.#all[a], this.#all[b]] = [this.#all[b] ?? '', this.#all[a] ?? ''];
  }
}
