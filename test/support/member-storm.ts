import { lanParameters } from '#fleet/member/parameters.js';
import { Fleet, type Told } from './member-sim.js';
import { Random } from './random.js';

/**
 * A fleet in trouble: its size, its network and what befalls it are decided by the seed. What must hold is checked on the
 * way; an error says which seed.
 *
 * - nobody is declared dead who was up and within reach, whatever the network loses (to a tenth), delays or doubles
 * - a node that is gone is known to be gone by all, within `knownWithin`
 * - after the trouble all agree again, within `agreedWithin`
 * - the machine's own invariants, see `Membership`
 */
export function storm(seed: number, sizes: readonly number[] = [3, 3, 4, 5, 5, 7, 10]): void {
  const chance = new Random(seed);
  const n = chance.pick(sizes);
  const fleet = Fleet.of(n, seed);
  const excuses: Excuse[] = [];
  const scene: Scene = { fleet, chance, excuses, names: [...fleet.nodes.keys()] };
  settle(scene, 'at the start');
  fleet.weather = {
    loss: chance.pick([0, 0.02, 0.05, 0.1]),
    duplicates: chance.pick([0, 0.05]),
    fastest: 0.2,
    slowest: chance.pick([2, 50, 150]),
  };
  const count = 1 + chance.below(3);
  for (let i = 0; i < count; i++) {
    const trouble = chance.pick(troubles);
    trouble(scene);
    settle(scene, `after "${trouble.name}"`);
    invariants(fleet);
  }
  if (process.env.STORM)
    for (const t of fleet.told)
      if (t.event !== 'joined')
        console.log(JSON.stringify({ ...t, meta: 0, address: 0 }), JSON.stringify(fleet.node(t.observer).state));
  for (const told of fleet.told)
    if (told.event === 'failed' && !excused(told, excuses)) throw new Error(`falsely dead: ${JSON.stringify(told)}`);
}

interface Scene {
  fleet: Fleet;
  chance: Random;
  excuses: Excuse[];
  names: string[];
}

/** Why a node, or any, may be declared dead between two times. */
interface Excuse {
  node: string | undefined;
  from: number;
  until: number;
}

const { probeInterval, rejoinInterval, syncInterval } = lanParameters;

/** The longest suspicion, of a fleet this large. */
const longestSuspicion = (n: number): number => 24 * Math.max(1, Math.log10(n)) * probeInterval;

/** Two laps of probes (in large fleets the chance that nobody probes it for 25 intervals is e^-25), a suspicion, the spreading. */
export function knownWithin(n: number): number {
  return Math.min(2 * n, 25) * probeInterval + longestSuspicion(n) + 10_000;
}

/** Whoever was taken for dead is tried again, by each of the others every `rejoinInterval`; what was missed comes by a sync. */
function agreedWithin(n: number): number {
  return 10 * rejoinInterval + 2 * syncInterval + knownWithin(n);
}

const troubles = [
  function death({ fleet, chance, excuses, names }: Scene): void {
    if (!sparesOne(fleet)) return;
    const name = chance.pick(fleet.running).name;
    excuses.push({ node: name, from: fleet.now, until: Number.POSITIVE_INFINITY });
    fleet.kill(name, chance.pick(['killed', 'cut']));
    if (fleet.runUntil(() => fleet.knownGone(name), knownWithin(names.length)) === undefined)
      throw new Error(`the death of ${name} is not known to all of ${names.length} within ${knownWithin(names.length)} ms`);
  },
  /** Shorter than any suspicion: nobody is declared dead for it. */
  function nap({ fleet, chance }: Scene): void {
    fleet.pause(chance.pick(fleet.running).name, 200 + chance.below(2_500));
    fleet.run(10_000);
  },
  function longPause({ fleet, chance, excuses }: Scene): void {
    const { name } = chance.pick(fleet.running);
    const duration = 5_000 + chance.below(60_000);
    excuses.push({ node: name, from: fleet.now, until: fleet.now + duration + 2_000 });
    fleet.pause(name, duration);
    fleet.run(duration + 1_000);
  },
  function partition({ fleet, chance, excuses, names }: Scene): void {
    const side = new Set(names.filter(() => chance.chance(0.5)));
    const duration = 2_000 + chance.below(90_000);
    // whoever was suspected when it ended may still be given up before the news reach it
    excuses.push({ node: undefined, from: fleet.now, until: fleet.now + duration + longestSuspicion(names.length) });
    fleet.blocked = (from, to) => side.has(from) !== side.has(to);
    fleet.run(duration);
    fleet.blocked = () => false;
  },
  /** One direction between two nodes: the others still reach both, and nobody is declared dead, unless their words get lost too. */
  function asymmetricCut({ fleet, chance, excuses }: Scene): void {
    if (fleet.running.length < 3) return;
    const [a, b] = chance.shuffle(fleet.running);
    const began = fleet.now;
    fleet.blocked = (from, to) => from === a?.name && to === b?.name;
    fleet.run(5_000 + chance.below(60_000));
    fleet.blocked = () => false;
    for (const node of fleet.weather.loss > 0.02 ? [a?.name, b?.name] : [])
      excuses.push({ node, from: began, until: fleet.now + longestSuspicion(fleet.running.length) });
  },
  function flapping({ fleet, chance, excuses, names }: Scene): void {
    const { name } = chance.pick(fleet.running);
    const began = fleet.now;
    for (let i = 0; i < 4; i++) {
      fleet.blocked = (from, to) => from === name || to === name;
      fleet.run(1_000 + chance.below(8_000));
      fleet.blocked = () => false;
      fleet.run(1_000 + chance.below(8_000));
    }
    // cut off, it may give up the others as well
    excuses.push({ node: undefined, from: began, until: fleet.now + longestSuspicion(names.length) });
  },
  /** Clocks that count time asleep jump; nothing may come of it. */
  function clockStep({ fleet, chance }: Scene): void {
    chance.pick(fleet.running).offset += 1_000 + chance.below(600_000);
    fleet.run(5_000);
  },
  function restart({ fleet, chance, excuses, names }: Scene): void {
    const { name } = chance.pick(fleet.running);
    excuses.push({ node: name, from: fleet.now, until: fleet.now + 60_000 });
    fleet.kill(name);
    fleet.run(chance.below(20_000));
    fleet.start(name, names.filter((o) => o !== name).slice(0, 2));
    fleet.run(1_000);
  },
  /** Who does not hear the good-bye finds it gone. */
  function leave({ fleet, chance, excuses, names }: Scene): void {
    if (!sparesOne(fleet)) return;
    const node = chance.pick(fleet.running);
    excuses.push({ node: node.name, from: fleet.now, until: Number.POSITIVE_INFINITY });
    fleet.input(node, { kind: 'leave' });
    if (fleet.runUntil(() => fleet.knownGone(node.name), agreedWithin(names.length)) === undefined)
      throw new Error(`${node.name} left, and not all know it`);
  },
  function newcomer({ fleet, chance, names }: Scene): void {
    const name = `x${names.length}`;
    fleet.start(name, [chance.pick(fleet.running).name]);
    names.push(name);
  },
];

/** Two nodes alone, on a network that loses a tenth, have nobody to ask. */
function sparesOne({ running, weather }: Fleet): boolean {
  return running.length > (weather.loss > 0.05 ? 3 : 2);
}

function settle({ fleet, names }: Scene, when: string): void {
  const limit = agreedWithin(names.length);
  // what a lossy network keeps people from agreeing on all at once is suspicions: they come and go
  if (fleet.runUntil(() => fleet.agreed(), limit) !== undefined) return;
  const views = fleet.running.map(
    ({ name, m }) => `${name}: ${[...m.nodes.values()].map((n) => `${n.name} ${n.status} ${n.incarnation}`)}`,
  );
  throw new Error(`no agreement ${when} within ${limit} ms\n${views.join('\n')}`);
}

function excused({ node, at }: Told, excuses: readonly Excuse[]): boolean {
  return excuses.some((e) => (e.node === undefined || e.node === node) && at >= e.from && at <= e.until);
}

function invariants(fleet: Fleet): void {
  for (const { name, m } of fleet.running) {
    const nodes = [...m.nodes.values()];
    const live = nodes.filter((n) => n.status === 'alive' || n.status === 'suspect').length;
    if (m.live !== live) throw new Error(`${name} counts ${m.live} live nodes of ${live}`);
    const suspects = nodes.filter((n) => n.status === 'suspect').map((n) => n.name);
    if ([...m.suspicions.keys()].sort().join() !== suspects.sort().join())
      throw new Error(`${name} suspects other nodes than it says`);
    if (
      [...m.ring].sort().join() !==
      [...m.nodes.keys()]
        .filter((n) => n !== name)
        .sort()
        .join()
    )
      throw new Error(`${name}'s ring is wrong`);
  }
}
