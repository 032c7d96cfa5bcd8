/** Orders things by path, then by id; without a path last. `/dev/loop2` comes before `/dev/loop10`. */
export function byPath(pathOf: (id: string) => string | undefined): (a: string, b: string) => number {
  return (a, b) => {
    const [x, y] = [pathOf(a), pathOf(b)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined) || compare(a, b);
    return comparePaths(x, y) || compare(a, b);
  };
}

/** Runs of digits compare as numbers, all else by code unit. */
export function comparePaths(a: string, b: string): number {
  const [x, y] = [a.split(/(\d+)/), b.split(/(\d+)/)];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const [p, q] = [x[i] as string, y[i] as string];
    const order = i % 2 === 1 ? Number(p) - Number(q) : compare(p, q);
    if (order !== 0) return order;
  }
  return x.length - y.length || compare(a, b);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
