import type { Sectors } from '#tool/units.js';
import { fewestImages, imagesFor, type RaidLevel } from '../kinds/raid-levels.js';

/** What a volume is, as far as conversions change it. */
export interface Shape {
  type: 'linear' | 'striped' | RaidLevel;
  /** Images, or stripes, that hold data; of linear and raid1 1. A raid1 has two images here. */
  data: number;
  /** 0 for linear and raid1. */
  stripeSize: Sectors;
}

/** One step: by a takeover no byte of data moves, in a reshape the kernel lays out all of them anew. */
export interface Move {
  kind: 'takeover' | 'reshape';
  to: Shape;
}

const rotations = ['la', 'ra', 'ls', 'rs'] as const;
const raid5: readonly RaidLevel[] = ['raid5_la', 'raid5_ra', 'raid5_ls', 'raid5_rs', 'raid5_n'];
const raid6: readonly RaidLevel[] = [
  ...(['raid6_zr', 'raid6_nr', 'raid6_nc'] as const),
  ...(['raid6_la_6', 'raid6_ra_6', 'raid6_ls_6', 'raid6_rs_6', 'raid6_n_6'] as const),
];

/** Levels that the same data images lie under in the same way, but for parity and copies (dm-raid.c, rs_check_takeover). */
const alike: readonly (readonly Shape['type'][])[] = [
  ['striped', 'raid0', 'raid5_n', 'raid6_n_6'],
  ['striped', 'raid0', 'raid4'],
  ['striped', 'raid0', 'raid10'],
  ...rotations.map((r) => [`raid5_${r}`, `raid6_${r}_6`] as const),
];

/** The same with one image of data: parity of one block is a copy of it. */
const alikeOfOne: readonly Shape['type'][] = ['raid1', 'raid4', ...raid5];

/** Levels between which the kernel reshapes. To dm-raid raid4 is a raid5 with all parity on the first image. */
const families: readonly (readonly Shape['type'][])[] = [['raid4', ...raid5], raid6];

/** Nothing redundant becomes one of these on the way to something else. */
const bare: readonly Shape['type'][] = ['linear', 'striped', 'raid0'];

/**
 * The shortest way of steps that the kernel can go from one shape to another; undefined where there is none.
 *
 * @param matches whether a shape is one that was asked for
 * @param goal how many images of data and which stripes it has
 * @example
 * path({ type: 'striped', data: 2, stripeSize: 128 }, (s) => s.type === 'raid6_zr', { data: 2, stripeSize: 128 });
 * // a takeover to raid6_n_6, and a reshape from there
 */
export function path(
  from: Shape,
  matches: (shape: Shape) => boolean,
  goal: Pick<Shape, 'data' | 'stripeSize'>,
): Move[] | undefined {
  const ways = new Map<string, Move[]>([[keyOf(from), []]]);
  const queue = [from];
  for (let shape = queue.shift(); shape; shape = queue.shift()) {
    const way = ways.get(keyOf(shape)) ?? [];
    if (matches(shape)) return way;
    if (bare.includes(shape.type) && shape !== from) continue;
    for (const move of movesFrom(shape, goal)) {
      if (ways.has(keyOf(move.to))) continue;
      ways.set(keyOf(move.to), [...way, move]);
      queue.push(move.to);
    }
  }
  return undefined;
}

function keyOf({ type, data, stripeSize }: Shape): string {
  return `${type} ${data} ${stripeSize}`;
}

function movesFrom(shape: Shape, goal: Pick<Shape, 'data' | 'stripeSize'>): Move[] {
  const takeovers = takeoversFrom(shape, goal.stripeSize).map((to) => ({ kind: 'takeover' as const, to }));
  return [...takeovers, ...reshapesFrom(shape, goal).map((to) => ({ kind: 'reshape' as const, to }))].filter((m) =>
    isPossible(m.to),
  );
}

function takeoversFrom({ type, data, stripeSize }: Shape, wanted: Sectors): Shape[] {
  const groups = data > 1 ? alike.filter((g) => g.includes(type)) : [];
  const striped = [...new Set(groups.flat())].map((to) => ({ type: to, data, stripeSize }));
  const ofOne = data === 1 && alikeOfOne.includes(type) ? alikeOfOne : [];
  const single = ofOne.map((to) => ({ type: to, data, stripeSize: to === 'raid1' ? 0 : stripeSize || wanted }));
  const linear = { type: type === 'linear' ? ('raid1' as const) : ('linear' as const), data, stripeSize: 0 };
  return [...striped, ...single, ...(type === 'linear' || type === 'raid1' ? [linear] : [])].filter((s) => s.type !== type);
}

function reshapesFrom(shape: Shape, { data, stripeSize }: Pick<Shape, 'data' | 'stripeSize'>): Shape[] {
  const family = families.find((f) => f.includes(shape.type)) ?? [];
  const reshapable = family.length > 0;
  // the kernel's raid10 only grows
  const disks = (reshapable || (shape.type === 'raid10' && data > shape.data)) && data !== shape.data;
  return [
    ...(disks ? [{ ...shape, data }] : []),
    ...(reshapable && stripeSize !== shape.stripeSize ? [{ ...shape, stripeSize }] : []),
    ...family.filter((type) => type !== shape.type).map((type) => ({ ...shape, type })),
  ];
}

function isPossible({ type, data }: Shape): boolean {
  if (type === 'linear') return data === 1;
  if (type === 'striped') return data > 1;
  return imagesFor(type, data, 1) >= fewestImages(type);
}
