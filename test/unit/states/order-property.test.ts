import type { Mode, Piece, StatePlan, States } from '#states/documents/documents.js';
import { cycles } from '#states/graph/cycles.js';
import { edgesOf } from '#states/graph/edges.js';
import { order } from '#states/order/order.js';
import { assert, suite } from '#test/support/check.js';
import { forSeeds, Random } from '#test/support/random.js';
import { DvmError } from '#tool/errors.js';

/** Random states, and plans of them looked at by a checker that knows nothing but what a requisite means. */
const test = suite('random graphs');

const kinds = ['require', 'require_any', 'watch', 'onchanges', 'onfail_all', 'prereq', 'output', 'listen'] as const;
const modules = ['pkg', 'pkg', 'pkgrepo', 't', 'u'];
const aggregates = (module: string) => module === 'pkg' || module === 'u';

function randomStates(random: Random, acyclic: boolean): States {
  const count = 1 + random.below(40);
  const rank = Array.from({ length: count }, () => random.below(1 << 20));
  const key = (i: number): string => `${modules[i % modules.length]}.ok:s${i}:s${i}`;
  const pieces = rank.map((own, i): Piece => {
    const requisites: Record<string, string[]> = {};
    for (let n = random.below(4); n > 0; n--) {
      const [target, kind] = [random.below(count), kinds[random.below(kinds.length)] ?? 'require'];
      const ahead = (rank[target] ?? 0) < own;
      if (acyclic && kind !== 'listen' && (target === i || rank[target] === own || ahead === (kind === 'prereq'))) continue;
      requisites[kind] = [...new Set([...(requisites[kind] ?? []), key(target)])];
    }
    const at = { repository: 'r', sls: 's', file: 'f', line: i + 1 };
    const piece = {
      key: key(i),
      module: modules[i % modules.length] ?? '',
      function: 'ok',
      id: `s${i}`,
      name: `s${i}`,
      args: {},
      requisites,
      order: random.below(50),
      at,
    };
    return random.below(10) === 0 ? { ...piece, failhard: true } : piece;
  });
  return { kind: 'states', version: 1, facts: {}, repositories: {}, pieces };
}

/** Who has to be over before whom, straight from what the requisites say. */
function pairs(states: States): [string, string][] {
  return states.pieces.flatMap((p) =>
    Object.entries(p.requisites).flatMap(([kind, targets]) =>
      kind === 'listen' ? [] : targets.map((t): [string, string] => (kind === 'prereq' ? [p.key, t] : [t, p.key])),
    ),
  );
}

/** Runs the plan in the worst ways: whatever may begin by the plan's edges alone, in any order; never against a requisite. */
function check(states: States, plan: StatePlan, random: Random): void {
  const placed = plan.steps.flatMap((s) => s.pieces);
  assert.equal([...placed].sort(), states.pieces.map((p) => p.key).sort(), 'every piece is in one step');
  for (const step of plan.steps) {
    const found = step.pieces.map((k) => plan.pieces[k]);
    assert.ok(
      step.pieces.length === 1 ||
        (plan.mode === 'genius' && found.every((p) => p?.module === found[0]?.module && aggregates(p?.module ?? ''))),
    );
  }
  for (let round = 0; round < 3; round++) {
    const when = simulate(plan, random);
    for (const [before, after] of pairs(states))
      assert.ok((when.get(before) ?? 0) < (when.get(after) ?? 0), `${before} before ${after}`);
  }
  const position = new Map(plan.steps.flatMap((s, i) => s.pieces.map((k): [string, number] => [k, i])));
  for (const { from, to } of plan.edges)
    assert.ok((position.get(from) ?? 0) < (position.get(to) ?? 0), 'steps are in an order that keeps all edges');
}

function simulate(plan: StatePlan, random: Random): Map<string, number> {
  const when = new Map<string, number>();
  let waiting = [...plan.steps];
  while (waiting.length > 0) {
    const ready = waiting.filter((s) => plan.edges.every((e) => !s.pieces.includes(e.to) || when.has(e.from)));
    const next = ready[random.below(Math.max(1, ready.length))];
    if (!next) throw new Error('nothing may begin');
    const at = when.size;
    for (const key of next.pieces) when.set(key, at);
    waiting = waiting.filter((s) => s !== next);
  }
  return when;
}

const modes: Mode[] = ['justdoit', 'ansible', 'genius'];

test('every mode keeps every requisite', () =>
  forSeeds(150, (seed) => {
    const random = new Random(seed);
    const states = randomStates(random, true);
    for (const mode of modes) check(states, order(states, mode, aggregates), random);
  }));

test('ansible leaves no choice; justdoit binds nothing more than requisites', () =>
  forSeeds(30, (seed) => {
    const states = randomStates(new Random(seed), true);
    const when = simulate(order(states, 'ansible', aggregates), new Random(seed));
    assert.equal(
      [...when.keys()],
      order(states, 'ansible', aggregates).steps.flatMap((s) => s.pieces),
    );
    const edges = order(states, 'justdoit', aggregates).edges;
    assert.equal(
      edges.map((e) => `${e.from} ${e.to}`).sort(),
      pairs(states)
        .map((p) => p.join(' '))
        .sort(),
    );
  }));

/** By trying to take away, again and again, whatever waits for nothing. */
function hasCycle(states: States): boolean {
  let left = new Set(states.pieces.map((p) => p.key));
  const bound = pairs(states);
  for (;;) {
    const free = [...left].filter((k) => !bound.some(([before, after]) => after === k && left.has(before)));
    if (free.length === 0) return left.size > 0;
    left = new Set([...left].filter((k) => !free.includes(k)));
  }
}

test('cycles are found, and only those, with edges that close', () => {
  let circular = 0;
  forSeeds(300, (seed) => {
    const states = randomStates(new Random(seed), false);
    const keys = new Set(states.pieces.map((p) => p.key));
    const found = cycles(keys, [...edgesOf(states.pieces, keys)]);
    assert.is(found.length > 0, hasCycle(states));
    const known = new Set(pairs(states).map((p) => p.join(' ')));
    for (const cycle of found)
      for (const [i, e] of cycle.entries()) {
        assert.ok(known.has(`${e.from} ${e.to}`));
        assert.is(e.to, cycle[(i + 1) % cycle.length]?.from);
      }
    if (found.length === 0) return;
    circular++;
    for (const mode of modes)
      assert.throws(
        () => order(states, mode, aggregates),
        (e: unknown) => e instanceof DvmError && e.code === 'cycle',
      );
  });
  assert.ok(circular > 20 || process.env.SEED !== undefined);
});

test.run();
