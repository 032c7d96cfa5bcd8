import type { Member } from '#etcd/cluster.js';
import { type Intent, nodeOf, type Report } from '#fleet/datastore/documents.js';
import { defaultRules } from '#fleet/datastore/gather.js';
import { nextStep, type Step } from '#fleet/datastore/plan.js';
import { assert, suite } from '#test/support/check.js';
import { forSeeds, Random } from '#test/support/random.js';

/**
 * A cluster that keeps etcd's rules, nodes that fail and come back at random, and actors that change between any two steps: never is
 * a quorum given away, and when the trouble ends there are as many live voters as are wanted.
 */
const test = suite('datastore storms');
const storms = 1000;

/** etcd as far as its members go, with the refusals of 3.4. */
class Cluster {
  members: Member[] = [];
  intent: Intent | undefined;
  intentSince = 0;
  #ids = 0;

  isUp(id: string, world: World): boolean {
    const m = this.members.find((other) => other.id === id);
    return m !== undefined && m.name !== '' && world.holds.get(nodeOf(m.name)) === m.name && world.up.has(nodeOf(m.name));
  }

  hasQuorum(world: World): boolean {
    const voters = this.members.filter((m) => !m.learner);
    return voters.filter((m) => this.isUp(m.id, world)).length > voters.length / 2;
  }

  add(name: string, peerUrl: string, learner: boolean): void {
    this.members.push({ id: String(++this.#ids), name, peerUrls: [peerUrl], clientUrls: [], learner });
  }
}

class World {
  now = 0;
  readonly cluster = new Cluster();
  readonly up = new Set<string>();
  /** The member that a node has data of. */
  readonly holds = new Map<string, string>();
  readonly deadSince = new Map<string, number>();
  names = 0;

  constructor(readonly nodes: readonly string[]) {
    for (const node of nodes) this.up.add(node);
    const [first = ''] = nodes;
    this.cluster.add(`${first}_aaaaaaaa`, `https://${first}:1`, false);
    this.holds.set(first, `${first}_aaaaaaaa`);
  }

  /** Time goes on: the membership notices, nodes start what they are told to, and give up what they have been removed from. */
  pass(ms: number): void {
    this.now += ms;
    for (const node of this.nodes) {
      if (this.up.has(node)) this.deadSince.delete(node);
      else if (!this.deadSince.has(node)) this.deadSince.set(node, this.now);
    }
    if (this.cluster.hasQuorum(this)) for (const node of this.up) this.#follow(node);
  }

  #follow(node: string): void {
    const { members, intent } = this.cluster;
    const candidate = intent?.candidate;
    if (candidate?.node === node && intent?.added && this.holds.get(node) !== candidate.name) {
      const member = members.find((m) => m.id === intent.added?.id);
      this.holds.set(node, candidate.name);
      if (member) member.name = candidate.name;
    } else {
      const held = this.holds.get(node);
      if (held !== undefined && !members.some((m) => m.name === held)) this.holds.delete(node);
    }
  }

  /** One turn of an actor on some live node; it may die right after its step, which is all that it can do. */
  act(random: Random): void {
    const live = [...this.up];
    if (live.length === 0 || !this.cluster.hasQuorum(this)) return;
    const self = live[random.below(live.length)] ?? '';
    this.#carryOut(nextStep(this.#view(self)));
  }

  #view(self: string) {
    const reports = new Map<string, Report>();
    for (const node of this.up) {
      const holds = this.holds.get(node);
      const own = {
        kind: 'datastore-report',
        version: 1,
        node,
        peerUrl: `https://${node}:1`,
        clientUrl: `https://${node}:2`,
      } as const;
      reports.set(node, { ...own, dead: [...this.deadSince.keys()], ...(holds !== undefined && { holds }) });
    }
    const { members, intent, intentSince } = this.cluster;
    const newName = (node: string) =>
      `${node}_${String.fromCharCode(97 + (this.names % 26))}${String(this.names++).padStart(7, '2')}`;
    return { now: this.now, self, rules: defaultRules, intent, members, reports, dead: this.deadSince, intentSince, newName };
  }

  #carryOut(step: Step): void {
    const { cluster } = this;
    if (step.kind === 'intend' || step.kind === 'clear') {
      cluster.intent = step.kind === 'intend' ? step.intent : undefined;
      cluster.intentSince = this.now;
    }
    if (step.kind === 'remove') {
      const learner = cluster.members.find((m) => m.id === step.id)?.learner === true;
      cluster.members = cluster.members.filter((m) => m.id !== step.id);
      assert.ok(learner || cluster.hasQuorum(this), `"${step.node}" was removed, and the quorum with it`);
    }
    if (step.kind === 'add') {
      const strict = cluster.members.every((m) => cluster.isUp(m.id, this)) && !cluster.members.some((m) => m.learner);
      if (strict) cluster.add('', step.peerUrl, true);
    }
    if (step.kind === 'promote') {
      const member = cluster.members.find((m) => m.id === step.id);
      if (member && cluster.isUp(step.id, this)) member.learner = false;
    }
  }
}

/** Trouble that never takes the quorum by itself, then rest. */
function storm(seed: number): void {
  const random = new Random(seed);
  const world = new World(['a', 'b', 'c', 'd', 'e', 'f'].slice(0, 4 + random.below(3)));
  for (let turn = 0; turn < 400; turn++) {
    world.pass(1 + random.below(2000));
    if (random.below(100) < 8) trouble(world, random);
    world.act(random);
  }
  for (const node of world.nodes) world.up.add(node);
  for (let turn = 0; turn < 300; turn++) {
    world.pass(500);
    world.act(random);
  }
  const voters = world.cluster.members.filter((m) => !m.learner);
  assert.is(voters.length, defaultRules.wanted, `members ${JSON.stringify(world.cluster.members)}`);
  assert.ok(
    voters.every((m) => world.cluster.isUp(m.id, world)),
    `not all voters are up`,
  );
  assert.is(world.cluster.intent, undefined, `an intent is left`);
}

/** A node dies, loses its data, or comes back; what would take the quorum is left out. */
function trouble(world: World, random: Random): void {
  const node = world.nodes[random.below(world.nodes.length)] ?? '';
  const [wasUp, held] = [world.up.has(node), world.holds.get(node)];
  if (!wasUp) world.up.add(node);
  else if (random.below(4) === 0) world.holds.delete(node);
  else world.up.delete(node);
  if (world.cluster.hasQuorum(world)) return;
  if (wasUp) world.up.add(node);
  if (held !== undefined) world.holds.set(node, held);
}

test(`${storms} storms end with all wanted voters up, and no quorum is ever given away`, () => {
  forSeeds(storms, storm);
});

test.run();
