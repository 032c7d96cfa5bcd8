import type { Desired, Instruction, Plan } from '#dm/documents.js';
import type { Kernel } from '#dm/kernel.js';
import { plan } from '#dm/planner/plan.js';
import { run } from '#dm/program/machine.js';
import { SimKernel } from '#dm/sim/sim-kernel.js';
import type { SimState } from '#dm/sim/state.js';
import { assert, suite } from '#test/support/check.js';
import {
  dumpOf,
  failingSwap,
  foreign,
  ownDevices,
  refuseShared,
  suspendedOwn,
  visibleMappings,
  watched,
} from '#test/support/dm-observer.js';
import { desiredOf, edited, emptyState, passesInCircle, randomWorld } from '#test/support/dm-worlds.js';
import { Random } from '#test/support/random.js';

const test = suite('planner on the simulated kernel');

/** A state that is reached, and where an edit wants to go from there. */
interface Case {
  seed: number;
  before: SimState;
  old: Desired;
  desired: Desired;
  circle: boolean;
}

function makeCase(seed: number): Case {
  const random = new Random(seed);
  const world = randomWorld(random);
  const old = desiredOf(world);
  const next = edited(world, random);
  return { seed, before: reach(emptyState(), old), old, desired: desiredOf(next), circle: passesInCircle(world, next) };
}

/** Seeds 1 … count. */
function eachCase(count: number, check: (c: Case) => void): void {
  for (let seed = 1; seed <= count; seed++)
    try {
      check(makeCase(seed));
    } catch (e) {
      const { message, details } = e as Error & { details?: unknown };
      throw new Error(`seed ${seed}: ${message}\n${typeof details === 'string' ? details : JSON.stringify(details)}`, {
        cause: e,
      });
    }
}

const planFrom = (state: SimState, desired: Desired): Plan => plan(dumpOf(state), desired);

/** Runs a program; the state after it and its exit code. */
function after(state: SimState, program: Instruction[], wrap: (k: SimKernel) => Kernel = (k) => k, fault?: number) {
  const kernel = new SimKernel(
    structuredClone({ ...state, calls: 0 }),
    fault ? { faults: [{ call: fault, errno: 'ENOMEM' }] } : {},
  );
  const { exit } = run(program, wrap(kernel));
  return { exit, calls: kernel.calls, state: { ...kernel.state(), calls: 0 } };
}

/** Plans and runs both phases, watching every step. */
function reach(state: SimState, desired: Desired, circle = false): SimState {
  const { phases } = planFrom(state, desired);
  const others = foreign(state);
  const watch = (k: SimKernel) => watched(k, { after: () => circle || refuseShared(k.state()) });
  const first = after(state, phases.phase1, watch);
  assert.is(first.exit, 0, 'phase 1');
  const second = after(first.state, phases.phase2, watch);
  assert.is(second.exit, 0, 'phase 2');
  assert.is(foreign(second.state), others, 'foreign devices');
  isReached(second.state, desired);
  return second.state;
}

function isReached(state: SimState, desired: Desired): void {
  const wanted = Object.entries(desired.devices).map(([uuid, d]) => [
    d.name,
    {
      uuid,
      live: { ro: d.readOnly ?? false, rows: d.targets.map((t) => `${t.size} ${t.type} ${t.args}`) },
      inactive: false,
      suspended: false,
    },
  ]);
  assert.equal(ownDevices(state), Object.fromEntries(wanted.sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1))));
  const again = planFrom(state, desired);
  assert.equal(again.phases, { phase1: [], phase2: [], abort: [] }, 'nothing is left to do');
  assert.equal(again.summary, []);
}

test('any state reaches any other, no sector is ever reachable by two volumes, foreign devices stay', () => {
  eachCase(200, ({ before, desired }) => reach(before, desired));
});

test('phase 1 changes nothing of the volumes that stay', () => {
  eachCase(60, ({ before, desired }) => {
    const { state } = after(before, planFrom(before, desired).phases.phase1);
    const [seen, now] = [visibleMappings(before), visibleMappings(state)];
    for (const [name, mapping] of seen) {
      const stays = Object.hasOwn(desired.devices, before.devices[name]?.uuid ?? '');
      assert.is(now.get(name), stays ? mapping : undefined, name);
    }
    assert.equal(
      [...now.keys()].filter((name) => !seen.has(name)),
      [],
      'nothing new is visible',
    );
  });
});

test('abort undoes phase 1', () => {
  eachCase(60, ({ before, desired }) => {
    const { phases } = planFrom(before, desired);
    const undone = after(after(before, phases.phase1).state, phases.abort);
    assert.is(undone.exit, 0);
    assert.equal(ownDevices(undone.state), ownDevices(before));
    assert.is(foreign(undone.state), foreign(before));
  });
});

test('phase 1 undoes itself whichever call fails, and abort after that does nothing', () => {
  eachCase(25, ({ before, desired }) => {
    const { phases } = planFrom(before, desired);
    const { calls } = after(before, phases.phase1);
    for (let fault = 1; fault <= calls; fault++) {
      const failed = after(before, phases.phase1, undefined, fault);
      assert.is(failed.exit, 1, `call ${fault}`);
      assert.equal(ownDevices(failed.state), ownDevices(before), `call ${fault}`);
      const aborted = after(failed.state, phases.abort);
      assert.is(aborted.exit, 0, `abort after call ${fault}`);
      assert.equal(ownDevices(aborted.state), ownDevices(before), `abort after call ${fault}`);
    }
  });
});

test('an abort in which a call fails says so, leaves nothing suspended, and either state can be reached from there', () => {
  eachCase(25, ({ before, old, desired }) => {
    const { phases } = planFrom(before, desired);
    const prepared = after(before, phases.phase1).state;
    const { calls } = after(prepared, phases.abort);
    for (let fault = 1; fault <= calls; fault++) {
      const { exit, state } = after(prepared, phases.abort, undefined, fault);
      assert.is(exit, 2, `call ${fault}`);
      assert.equal(suspendedOwn(state), []);
      reach(state, old);
      reach(state, desired);
    }
  });
});

test('phase 2 names the state whichever call fails, leaves nothing suspended, and a new plan finishes', () => {
  eachCase(25, ({ before, desired, circle }) => {
    const { phases } = planFrom(before, desired);
    const prepared = after(before, phases.phase1).state;
    const { calls } = after(prepared, phases.phase2);
    const watch = (k: SimKernel) => watched(k, { after: () => circle || refuseShared(k.state()) });
    for (let fault = 1; fault <= calls; fault++) {
      judge(after(prepared, phases.phase2, watch, fault), desired, `call ${fault}`, circle);
      judge(
        after(prepared, phases.phase2, (k) => failingSwap(k, fault)),
        desired,
        `switch at call ${fault}`,
        circle,
      );
    }
  });
});

function judge({ exit, state }: { exit: number; state: SimState }, desired: Desired, what: string, circle: boolean): void {
  assert.equal(suspendedOwn(state), [], what);
  const rest = planFrom(state, desired).summary.map((s) => s.action);
  const allowed: Record<number, string[]> = {
    0: [],
    11: ['reload', 'create', 'remove', 'rename', 'clear'],
    12: ['create', 'remove', 'clear', 'rename'],
    13: ['remove', 'rename'],
    14: ['rename'],
  };
  for (const action of rest) assert.ok(allowed[exit]?.includes(action), `${what}: exit ${exit} but ${action} is left`);
  // 11 is also said when a device that was only held came up at the second try
  assert.ok(exit === 11 || (exit === 0) === (rest.length === 0), `${what}: exit ${exit}, left ${rest}`);
  reach(state, desired, circle);
}

test('killed anywhere, a new plan goes on, or back', () => {
  eachCase(25, ({ before, old, desired }) => {
    const { phases } = planFrom(before, desired);
    const states: SimState[] = [];
    const keep = (k: SimKernel) => watched(k, { before: () => states.push(k.state()) });
    const prepared = after(before, phases.phase1, keep).state;
    const inPhase1 = states.length;
    after(prepared, phases.phase2, keep);
    states.forEach((state, i) => {
      reach(state, desired);
      if (i <= inPhase1) reach(state, old);
    });
  });
});

test.run();
