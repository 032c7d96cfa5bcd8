import type { Random } from '../random.js';

/** The volumes of a group by name. */
export interface Volumes {
  [name: string]: Volume;
}

export interface Volume {
  extents: number;
  /** Written into each extent; 0: it carries a file system. */
  mark: number;
}

/** One transaction. */
export interface Change {
  /** Mutators; none: back to the version before. */
  mutators: string[][];
  after: Volumes;
  /** The smallest size that each volume has on the way, by mark: what lay behind is lost, even if it ends up as large as before. */
  least: Map<number, number>;
}

const mostVolumes = 6;
const mostExtents = 10;

/** A transaction of one to four edits, or back to `before` when that is given and differs from `now` in volumes without file systems only. */
export function randomChange(random: Random, now: Volumes, before: Volumes | undefined): Change {
  if (before && random.chance(0.2) && sameFileSystems(now, before))
    return along({ mutators: [], after: now, least: new Map() }, [], before);
  let change: Change = { mutators: [], after: now, least: new Map() };
  const edits = random.chance(0.4) ? 2 + random.below(3) : 1;
  while (change.mutators.length < edits) change = edited(random, change);
  return change;
}

function sameFileSystems(a: Volumes, b: Volumes): boolean {
  return Object.entries(a).every(([name, v]) => v.mark !== 0 || b[name]?.extents === v.extents);
}

function along({ mutators, least }: Change, words: string[], after: Volumes): Change {
  const sizes = new Map(least);
  for (const { mark, extents } of Object.values(after)) sizes.set(mark, Math.min(sizes.get(mark) ?? extents, extents));
  return { mutators: words.length > 0 ? [...mutators, words] : mutators, after, least: sizes };
}

function edited(random: Random, change: Change): Change {
  const { after } = change;
  const raw = Object.keys(after).filter((name) => after[name]?.mark !== 0);
  const name = raw.length > 0 ? random.pick(raw) : undefined;
  const [words, volumes] =
    name === undefined || (raw.length < mostVolumes && random.chance(0.35))
      ? created(random, after)
      : random.pick([lengthened, lengthened, shortened, renamed, removed])(random, after, name);
  return along(change, words, volumes);
}

type Edit = [words: string[], after: Volumes];

/** Even numbers of extents suit two stripes as well. */
function created(random: Random, volumes: Volumes): Edit {
  const [name, extents] = [freshName(random, volumes), 2 + 2 * random.below(2)];
  const stripes = random.chance(0.5) ? ['--stripes', '2'] : [];
  const volume = { extents, mark: 1 + random.below(2 ** 31) };
  return [['lv_create', name, '--extents', String(extents), ...stripes], { ...volumes, [name]: volume }];
}

function lengthened(random: Random, volumes: Volumes): Edit {
  const name = random.pick(Object.keys(volumes));
  const volume = volumes[name] as Volume;
  if (volume.mark !== 0 && volume.extents >= mostExtents) return shortened(random, volumes, name);
  return [['lv_extend', name, '--extents', '+2'], { ...volumes, [name]: { ...volume, extents: volume.extents + 2 } }];
}

function shortened(random: Random, volumes: Volumes, name: string): Edit {
  const volume = volumes[name] as Volume;
  if (volume.extents <= 2) return removed(random, volumes, name);
  return [['lv_reduce', name, '--extents', '-2'], { ...volumes, [name]: { ...volume, extents: volume.extents - 2 } }];
}

function renamed(random: Random, volumes: Volumes, name: string): Edit {
  const to = freshName(random, volumes);
  const { [name]: volume, ...rest } = volumes;
  return [['lv_rename', name, to], { ...rest, [to]: volume as Volume }];
}

function removed(_: Random, volumes: Volumes, name: string): Edit {
  const { [name]: _gone, ...rest } = volumes;
  return [['lv_remove', name], rest];
}

function freshName(random: Random, volumes: Volumes): string {
  for (;;) {
    const name = `v${random.below(20)}`;
    if (!Object.hasOwn(volumes, name)) return name;
  }
}
