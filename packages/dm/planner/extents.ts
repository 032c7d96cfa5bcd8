import type { Target } from '../documents.js';

/** Sectors `start` to `end` (exclusive) of a device, used by `owner`. */
export interface Extent<T> {
  owner: T;
  dev: string;
  start: number;
  end: number;
}

/** Where the data of a table lies; nothing for targets that stand on whole hidden devices. */
export function extentsOf<T>(owner: T, targets: readonly Target[]): Extent<T>[] {
  return targets.flatMap((t) =>
    (Object.hasOwn(areas, t.type) ? (areas[t.type]?.(t) ?? []) : []).map((area) => ({ owner, ...area })),
  );
}

type Area = Omit<Extent<unknown>, 'owner'>;

const areas: Readonly<Record<string, (target: Target) => Area[]>> = {
  /** DEV OFFSET */
  linear: ({ args, size }) => pairs(args.split(' '), size),
  /** COUNT CHUNK (DEV OFFSET)… */
  striped: ({ args, size }) => pairs(args.split(' ').slice(2), size / Number.parseInt(args, 10)),
  /** LOG N ARG…  COUNT (DEV OFFSET)… */
  mirror: ({ args, size }) => {
    const words = args.split(' ');
    return pairs(words.slice(Number(words[1]) + 3), size);
  },
};

function pairs(words: string[], length: number): Area[] {
  const out: Area[] = [];
  for (let i = 0; i + 1 < words.length; i += 2) {
    const [dev = '', start] = [words[i], Number(words[i + 1])];
    if (Number.isInteger(start)) out.push({ dev, start, end: start + length });
  }
  return out;
}

/**
 * Who gets sectors that another one gives up: for each taker its givers. One sweep over both in the order of
 * sectors; the extents given do not overlap each other, nor do those taken.
 */
export function takeovers<T>(given: readonly Extent<T>[], taken: readonly Extent<T>[]): Map<T, Set<T>> {
  const all = [...given.map((e) => ({ ...e, gives: true })), ...taken.map((e) => ({ ...e, gives: false }))];
  all.sort((a, b) => (a.dev < b.dev ? -1 : a.dev > b.dev ? 1 : a.start - b.start));
  const found = new Map<T, Set<T>>();
  let [giver, taker]: (Extent<T> | undefined)[] = [undefined, undefined];
  for (const extent of all) {
    const other = extent.gives ? taker : giver;
    if (other && other.dev === extent.dev && other.end > extent.start && other.owner !== extent.owner)
      extent.gives ? note(found, other.owner, extent.owner) : note(found, extent.owner, other.owner);
    if (extent.gives) giver = further(giver, extent);
    else taker = further(taker, extent);
  }
  return found;
}

function further<T>(a: Extent<T> | undefined, b: Extent<T>): Extent<T> {
  return a && a.dev === b.dev && a.end > b.end ? a : b;
}

function note<T>(found: Map<T, Set<T>>, taker: T, giver: T): void {
  const givers = found.get(taker);
  if (givers) givers.add(giver);
  else found.set(taker, new Set([giver]));
}
