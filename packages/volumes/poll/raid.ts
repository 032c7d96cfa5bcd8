import { compact } from '#metadata/compact.js';
import type { Raid } from '#metadata/kinds/raid.js';
import type { Lv } from '#metadata/metadata.js';
import { raidOf } from '#metadata/raid/resize.js';
import { sameJson } from '#tool/json.js';
import { parseRaidStatus, type RaidStatus } from '../raid-status.js';
import type { Device, Poll } from './poll.js';
import type { ProgressOf } from './progress.js';
import { pollReshape } from './reshape.js';

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
  if (segment.reshape) return pollReshape(draft, id, { segment, reshape: segment.reshape, status, live, note });
  const next = nextStates(segment, status.health, toldToRebuild(live));
  for (const i of next.failed) if (!segment.failed?.includes(i)) note(`volume "${lv.name}": image ${i} has failed`);
  const resync = isUnmade(segment, status) ? { resync: true as const } : {};
  const { rebuild: _, syncing: __, failed: ___, resync: ____, ...rest } = segment;
  const states = { rebuild: some(next.rebuild), syncing: some(next.syncing), failed: some(next.failed) };
  const changed = compact<Raid>({ ...rest, ...states, ...resync });
  if (!sameJson(changed, segment)) draft.setLv(id, { ...lv, segments: [changed] });
};

/** Whether parity and copies are still to be made, or were when that was last known. */
function isUnmade({ resync, level }: Raid, { action, done, of, health }: RaidStatus): boolean {
  if (level === 'raid0') return false;
  return action === 'resync' || (resync === true && !(done === of && /^A+$/.test(health)));
}

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
