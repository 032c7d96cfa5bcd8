import type { Target } from '../documents.js';

/** Size of a device in sectors. */
export function sizeOf(targets: readonly Target[]): number {
  return targets.reduce((sum, t) => sum + t.size, 0);
}

/** The same mapping; `wanted` without `@NAME`. */
export function sameTable(live: readonly Target[], wanted: readonly Target[]): boolean {
  return live.length === wanted.length && live.every((t, i) => sameTarget(t, wanted[i] as Target));
}

function sameTarget(a: Target, b: Target): boolean {
  return a.type === b.type && a.size === b.size && asPrinted(a) === asPrinted(b);
}

/** How the kernel prints what it is given, for the targets that do not give it back word by word. */
const printed: Readonly<Record<string, (args: string) => string>> = {
  error: () => '',
  zero: () => '',
  /** Prints what it found in its superblock as well: the parameters are not compared (LVM2 does not either). */
  integrity: () => '',
  /**
   * Has the layout from before in its table while it reshapes. One layout becomes another only by further words of the table
   * (packages/volumes/kinds/raid.ts), and a table that is loaded while the kernel reshapes would go on from where that was then.
   */
  raid: (args) =>
    words(args)
      .replace(/^raid(4|5_[a-z]+) /, 'raid5 ')
      .replace(/^raid6_[a-z]+(_6)? /, 'raid6 '),
  /** What it copies from never changes, and by which name does not matter; how it copies its status tells (clones.ts). */
  clone: (args) =>
    args
      .split(' ')
      .filter((_, i) => i < 4 && i !== 2)
      .join(' '),
};

function words(args: string): string {
  return args.trim().replace(/\s+/g, ' ');
}

function asPrinted({ type, args }: Target): string {
  const print = Object.hasOwn(printed, type) ? printed[type] : undefined;
  return print ? print(args) : words(args);
}

/** Targets whose first sectors stay where they are when only their size grows. */
const growInPlace = ['linear', 'striped', 'error', 'zero'];

/** Every sector of `live` maps to the same place in `wanted`, and `wanted` is longer. */
export function onlyGrew(live: readonly Target[], wanted: readonly Target[]): boolean {
  if (sizeOf(wanted) <= sizeOf(live)) return false;
  return live.every((t, i) => {
    const w = wanted[i];
    if (!w) return false;
    const grown = i === live.length - 1 && w.size > t.size && growInPlace.includes(t.type);
    return sameTarget(t, grown ? { ...w, size: t.size } : w);
  });
}

/** `live`, made as long as `wanted` by sectors that nobody reads: room for the tables above to be checked against. */
export function padded(live: readonly Target[], wanted: readonly Target[]): Target[] {
  return [...live, { type: 'error', size: sizeOf(wanted) - sizeOf(live), args: '' }];
}

/** The number of a thin volume in its pool: `POOL ID [ORIGIN]`. */
export function thinId(targets: readonly Target[]): string | undefined {
  const [target] = targets;
  return target?.type === 'thin' ? target.args.trim().split(/\s+/)[1] : undefined;
}
