import { compact } from '#metadata/compact.js';
import type { Raid } from '#metadata/kinds/raid.js';
import type { Lv } from '#metadata/metadata.js';
import { raidOf } from '#metadata/raid/resize.js';
import type { Device, Poll } from './poll.js';
import type { ProgressOf } from './progress.js';

/** A raid device's line of status (dm-raid.rst): `raid1 2 AA 65536/65536 idle 0 0 -`. */
export interface RaidStatus {
  /** A letter an image: `A` whole, `a` alive and not whole, `D` given up, `-` not there. */
  health: string;
  /** Sectors in sync, and in all. */
  done: number;
  of: number;
  /** `idle`, `resync`, `recover`, `reshape`, `check`, `repair`, `frozen`. */
  action: string;
  mismatches: number;
}

export function parseRaidStatus(text: string): RaidStatus | undefined {
  const m = /^\S+ \d+ ([ADa-]+) (\d+)\/(\d+) (\S+) (\d+)( |$)/.exec(text);
  return m
    ? { health: m[1] ?? '', done: Number(m[2]), of: Number(m[3]), action: m[4] ?? '', mismatches: Number(m[5]) }
    : undefined;
}

/** What md is at; where it rests though images lack something, it cannot go on without another device. */
export const progressOfRaid: ProgressOf = (lv, id, device) => {
  const status = raidOf(lv) && parseRaidStatus(device(id)?.status?.[0] ?? '');
  if (!status) return undefined;
  const rests = status.action === 'idle' || status.action === 'frozen';
  const { done, of, health } = status;
  return { work: rests ? 'sync' : status.action, done, of, failed: rests && done < of && /[D-]/.test(health) };
};

/**
 * What has become of the images:
 *
 *     rebuild ──the kernel has taken it over (a)──▶ syncing ──whole (A)──▶ neither
 *     any ──given up (D)──▶ failed ──back (a)──▶ syncing
 */
export const pollRaid: Poll<Raid> = ({ draft, device, note }, id, segment) => {
  const lv = draft.lvs[id] as Lv;
  const live = device(id);
  const status = parseRaidStatus(live?.status?.[0] ?? '');
  if (!live || status?.health.length !== segment.areas.length) return;
  const next = nextStates(segment, status.health, toldToRebuild(live));
  for (const i of next.failed) if (!segment.failed?.includes(i)) note(`volume "${lv.name}": image ${i} has failed`);
  const { rebuild: _, syncing: __, failed: ___, ...rest } = segment;
  const changed = compact<Raid>({ ...rest, rebuild: some(next.rebuild), syncing: some(next.syncing), failed: some(next.failed) });
  if (JSON.stringify(next) !== JSON.stringify(statesOf(segment))) draft.setLv(id, { ...lv, segments: [changed] });
};

const stateNames = ['rebuild', 'syncing', 'failed'] as const;
type States = Record<(typeof stateNames)[number], number[]>;

function statesOf({ rebuild = [], syncing = [], failed = [] }: Raid): States {
  return { rebuild: [...rebuild], syncing: [...syncing], failed: [...failed] };
}

function nextStates(segment: Raid, health: string, told: ReadonlySet<number>): States {
  const before = statesOf(segment);
  const next: States = { rebuild: [], syncing: [], failed: [] };
  for (const [i, letter] of [...health].entries())
    for (const state of statesOfImage(
      letter,
      stateNames.filter((s) => before[s].includes(i)),
      told.has(i),
    ))
      next[state].push(i);
  return next;
}

/** @param told the kernel knows that it is to build the image */
function statesOfImage(letter: string, was: (keyof States)[], told: boolean): (keyof States)[] {
  if (letter === '-') return was;
  const still: (keyof States)[] = was.includes('rebuild') && !told ? ['rebuild'] : [];
  if (letter === 'D') return [...still, 'failed'];
  return letter === 'a' && was.length > 0 && still.length === 0 ? ['syncing'] : still;
}

/** The images that the live table says are to be rebuilt. */
function toldToRebuild({ targets }: Device): Set<number> {
  return new Set([...(targets[0]?.args ?? '').matchAll(/ rebuild (\d+)/g)].map((m) => Number(m[1])));
}

function some(list: number[]): number[] | undefined {
  return list.length > 0 ? list : undefined;
}
