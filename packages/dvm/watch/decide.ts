import type { Sectors } from '#tool/units.js';
import type { Fact } from './facts.js';
import type { Growth, Policy } from './policy.js';

/** One thing to do for one volume, or to tell of it. Ids of group and volume; `name` is that of the device. */
export interface Action {
  group: string;
  volume: string;
  name: string;
  do: 'low-water' | 'extend' | 'extend-metadata' | 'extend-snapshot' | 'revive' | 'replace' | 'finish' | 'tell';
  /** Why, for people. */
  because: string;
  /** Sectors, of those that extend. */
  add?: Sectors;
  /** Percent of a pool that is to be left when the kernel raises an event. */
  percent?: number;
}

/** What has become of an action; by `keyOf`. */
export interface Past {
  /** It is not to be tried again before, in milliseconds of the machine's clock. */
  until: number;
  /** Milliseconds that it waits the next time it fails. */
  wait: number;
  /** Code of its last failure, which is told once. */
  code?: string;
}
export type Memory = ReadonlyMap<string, Past>;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export function keyOf({ group, volume, do: what }: Pick<Action, 'group' | 'volume' | 'do'>): string {
  return `${group}/${volume}/${what}`;
}

/**
 * What is to be done now: at most one thing a volume, and nothing that has failed or has just been done. Pure.
 *
 * @param now milliseconds, of a clock that only goes forward
 */
export function decide(policy: Policy, facts: readonly Fact[], memory: Memory, now: number): Action[] {
  const chosen = new Map<string, Action>();
  for (const fact of facts) {
    const of = `${fact.group}/${fact.volume}`;
    const action = actionsOn(policy, fact).find((a) => (memory.get(keyOf(a))?.until ?? now) <= now);
    if (action && !chosen.has(of)) chosen.set(of, action);
  }
  return [...chosen.values()];
}

/** What a fact calls for, best first. */
function actionsOn(policy: Policy, fact: Fact): Action[] {
  const { group, volume, name } = fact;
  const action = (what: Action['do'], because: string, add?: Sectors): Action[] => [
    { group, volume, name, do: what, because, ...(add === undefined ? {} : { add }) },
  ];
  if (fact.what === 'broken') return action('tell', fact.message);
  if (fact.what === 'finished') return action('finish', `the ${fact.work} is finished`);
  if (fact.what === 'raid') return raidActions(policy, fact.health, action);
  const growth = fact.what === 'snapshot' ? policy.snapshot : policy.thinPool;
  if (!isDue(growth, fact)) return fact.what === 'data' ? lowWaterActions(growth, fact) : [];
  const add = Math.ceil((fact.size * growth.percent) / 100);
  const because = `${Math.floor((100 * fact.used) / fact.total)} % of its ${fact.what === 'metadata' ? 'metadata' : 'space'} is used`;
  return action(extending[fact.what], because, add);
}

/** The kernel is to raise an event at the threshold: it raises none before a pool is full unless it is told. */
function lowWaterActions({ threshold }: Growth, fact: Extract<Fact, { what: 'data' }>): Action[] {
  const percent = 100 - threshold;
  const wanted = Math.floor((fact.total * percent) / 100);
  // extended pools keep their share, but for what is rounded down
  if (wanted === 0 || Math.abs(wanted - fact.lowWater) <= 1 + fact.total / 100) return [];
  const { group, volume, name } = fact;
  return [{ group, volume, name, do: 'low-water', because: `the kernel is to tell when ${threshold} % are used`, percent }];
}

const extending = { data: 'extend', metadata: 'extend-metadata', snapshot: 'extend-snapshot' } as const;

function isDue({ threshold }: Growth, { used, total }: { used: number; total: number }): boolean {
  return threshold < 100 && total > 0 && 100 * used >= threshold * total;
}

/** The kernel is asked first to take a device in again, for that costs least; one that fails again is replaced. */
function raidActions({ raid }: Policy, health: string, action: (what: Action['do'], because: string) => Action[]): Action[] {
  const because = `images are ${health}`;
  return [
    ...(raid.revive && health.includes('D') ? action('revive', because) : []),
    ...(raid.replace ? action('replace', because) : []),
  ];
}

/** The memory after an action: what was done is not done again at once where that could go to and fro. */
export function remember(memory: Memory, action: Action, failure: string | undefined, now: number): Memory {
  const key = keyOf(action);
  const last = memory.get(key);
  if (failure === undefined) return new Map(memory).set(key, { until: now + pauseAfter(action), wait: MINUTE });
  const wait = last?.code === failure ? Math.min(2 * last.wait, HOUR) : MINUTE;
  return new Map(memory).set(key, { until: now + wait, wait, code: failure });
}

/** A failure is told when it is new. */
export function isNews(memory: Memory, action: Action, failure: string): boolean {
  return memory.get(keyOf(action))?.code !== failure;
}

function pauseAfter({ do: what }: Action): number {
  if (what === 'revive' || what === 'tell' || what === 'low-water') return HOUR;
  return what === 'replace' ? MINUTE : 0;
}
