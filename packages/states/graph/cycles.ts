import type { Edge } from '../documents/documents.js';

/**
 * One shortest cycle, edge by edge, of every set of pieces that wait for one another; none when an order exists. Takes time in
 * proportion to pieces and edges, and as much again for each cycle.
 */
export function cycles(keys: Iterable<string>, edges: readonly Edge[]): Edge[][] {
  const out = outgoing(edges);
  const own = new Set(edges.filter((e) => e.from === e.to).map((e) => e.from));
  return components(keys, out)
    .filter((set) => set.size > 1 || [...set].some((key) => own.has(key)))
    .map((set) => shortest(set, out));
}

type Outgoing = ReadonlyMap<string, readonly Edge[]>;

function outgoing(edges: readonly Edge[]): Map<string, Edge[]> {
  const out = new Map<string, Edge[]>();
  for (const edge of edges) {
    const same = out.get(edge.from);
    if (same) same.push(edge);
    else out.set(edge.from, [edge]);
  }
  return out;
}

/** Strongly connected components (Tarjan's), without recursion: a chain may be as long as there are pieces. */
function components(keys: Iterable<string>, out: Outgoing): Set<string>[] {
  const search = new Search(out);
  for (const key of keys) search.from(key);
  return search.found;
}

interface Visit {
  key: string;
  next: number;
}

class Search {
  readonly found: Set<string>[] = [];
  readonly #number = new Map<string, number>();
  /** The least number that can be reached. */
  readonly #low = new Map<string, number>();
  readonly #open: string[] = [];
  readonly #isOpen = new Set<string>();

  constructor(readonly out: Outgoing) {}

  from(start: string): void {
    const path = this.#number.has(start) ? [] : [this.#begin(start)];
    for (let visit = path.at(-1); visit; visit = path.at(-1)) {
      const to = this.out.get(visit.key)?.[visit.next++]?.to;
      if (to !== undefined && !this.#number.has(to)) path.push(this.#begin(to));
      else if (to !== undefined && this.#isOpen.has(to)) this.#lower(visit.key, this.#number.get(to));
      else if (to === undefined) this.#end(visit.key, path);
    }
  }

  #begin(key: string): Visit {
    this.#low.set(key, this.#number.size);
    this.#number.set(key, this.#number.size);
    this.#open.push(key);
    this.#isOpen.add(key);
    return { key, next: 0 };
  }

  #lower(key: string, to = 0): void {
    this.#low.set(key, Math.min(this.#low.get(key) ?? 0, to));
  }

  #end(key: string, path: Visit[]): void {
    path.pop();
    const above = path.at(-1);
    if (above) this.#lower(above.key, this.#low.get(key));
    if (this.#low.get(key) !== this.#number.get(key)) return;
    const set = new Set<string>();
    for (let top = ''; top !== key; set.add(top)) {
      top = this.#open.pop() ?? key;
      this.#isOpen.delete(top);
    }
    this.found.push(set);
  }
}

/** A shortest cycle through one of a component's pieces, by breadth first from it. */
function shortest(set: ReadonlySet<string>, out: Outgoing): Edge[] {
  const start = [...set].sort()[0] ?? '';
  const by = new Map<string, Edge>();
  const queue = [start];
  for (const key of queue)
    for (const edge of out.get(key) ?? []) {
      if (edge.to === start) return [...back(key, start, by), edge];
      if (set.has(edge.to) && !by.has(edge.to)) {
        by.set(edge.to, edge);
        queue.push(edge.to);
      }
    }
  return [];
}

function back(key: string, start: string, by: ReadonlyMap<string, Edge>): Edge[] {
  const path: Edge[] = [];
  for (let at = key; at !== start; ) {
    const edge = by.get(at);
    if (!edge) break;
    path.unshift(edge);
    at = edge.from;
  }
  return path;
}

/** A cycle in words: `a → b (require at f.yaml:3) → a (watch at f.yaml:7)`. */
export function cycleText(cycle: readonly Edge[]): string {
  const name = (key: string): string => key.split(':').slice(0, 2).join(':');
  return [name(cycle[0]?.from ?? ''), ...cycle.map((e) => `${name(e.to)} (${e.why})`)].join(' → ');
}
