import { activateGroup, type Looked, type Machine } from './activate-group.js';
import type { Activation, GroupActivation } from './documents.js';
import type { Wanted } from './wanted.js';

export interface Request extends Wanted {
  /** Milliseconds that late devices are waited for. */
  wait: number;
}

/** Milliseconds between two looks at the devices: short at first, when most of them come. */
const pauses = { first: 100, longest: 1000 };

/** How often a group is looked at anew when its devices change in that very moment. */
const LOOKS = 5;

/**
 * Brings up what is wanted of every group. What has all its devices comes up at once; for the rest devices are waited for,
 * and when the time is over it comes up as far as its redundancy makes up for them. Harmless to run again, or twice at once.
 */
export async function activateAll(machine: Machine, request: Request): Promise<Activation> {
  const end = machine.now() + request.wait;
  let seen: ReadonlyMap<string, Looked> = new Map();
  for (let look = 1, pause = pauses.first; ; look++, pause = Math.min(2 * pause, pauses.longest)) {
    const isLate = machine.now() >= end;
    seen = await lookOnce(machine, request, isLate, seen);
    const looked = [...seen.values()];
    const isDone = isLate ? look >= LOOKS || !looked.some((g) => g.stale) : isSettled(looked, request);
    if (isDone) return reportOf(looked.map((g) => g.report));
    await machine.sleep(isLate ? 0 : Math.max(0, Math.min(pause, end - machine.now())));
  }
}

/** One look at all groups; what came up in the looks before is kept in mind. */
async function lookOnce(
  machine: Machine,
  request: Request,
  isLate: boolean,
  before: ReadonlyMap<string, Looked>,
): Promise<ReadonlyMap<string, Looked>> {
  const seen = new Map(before);
  for (const devices of await machine.groups()) {
    const now = await activateGroup(machine, devices, request, isLate);
    const known = before.get(devices.group.id);
    seen.set(devices.group.id, known ? { ...now, report: continued(known.report, now.report) } : now);
  }
  return seen;
}

/** Of two looks: what the first one brought up was not up before. */
function continued(before: GroupActivation, now: GroupActivation): GroupActivation {
  const earlier = now.error ? before.activated : before.activated.filter((v) => now.active.includes(v));
  const active = now.active.filter((v) => !earlier.includes(v));
  return { ...now, activated: [...earlier, ...now.activated].sort(), active };
}

function isSettled(looked: readonly Looked[], request: Request): boolean {
  return !looked.some((g) => g.waits || g.stale) && isThere(looked, request);
}

/** What is asked for by name is waited for even while nothing is known of it. */
function isThere(looked: readonly Looked[], { only }: Request): boolean {
  return only.length === 0 || looked.some(({ report: r }) => r.activated.length + r.active.length + r.skipped.length > 0);
}

function reportOf(groups: GroupActivation[]): Activation {
  const has = (state: GroupActivation['state']): boolean => groups.some((g) => g.state === state);
  const state = has('incomplete') ? 'incomplete' : has('degraded') ? 'degraded' : 'whole';
  return { kind: 'activation', version: 1, state, groups };
}
