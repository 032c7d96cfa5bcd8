import { dump } from '#dm/dump.js';
import type { DvmError } from '#tool/errors.js';
import { assert, type suite } from './check.js';
import { Random } from './random.js';
import type { Instant, Stop } from './sim-machine.js';
import { loose, mutate, type Run, recovery, settledState, unlessNothing } from './tm-crash.js';
import { TmWorld, type WorldOptions } from './tm-world.js';

/** A change of a group, to be cut short at every step. */
export interface Case {
  name: string;
  devices: number;
  options?: WorldOptions;
  prepare: Run[];
  change: Run;
  /** Repeating the change where it was cut short leads to where it leads when it is not. */
  repeats?: boolean;
  /** What else must hold whenever all is settled. */
  holds?(world: TmWorld): Promise<void>;
}

/** Different things that a power cut at one instant may leave. */
const CUTS = 3;
/** Orders in which operations on several devices may be done. */
const ORDERS = 2;

type Test = ReturnType<typeof suite>;
let points = 0;

/**
 * The machine stops at every instant of every kind of change: as a killed process, and by power cuts. What the next run
 * makes of it must be the old state or the new one, whole, with the kernel in agreement, and go on from there.
 */
export function diesAtEveryStep(test: Test, cases: readonly Case[]): void {
  for (const c of cases)
    test(`${c.name}: stopped at every step`, async () => {
      for (let order = 0; order < ORDERS; order++) await dieEverywhere(c, order);
    });
  test(`${cases.length} kinds of change`, () =>
    void process.stdout.write(`NOTE ${points} crash points of ${cases.length} kinds of change\n`));
}

async function prepared(c: Case, seed: number): Promise<TmWorld> {
  const world = new TmWorld(c.devices, { ...c.options, seed });
  for (const run of c.prepare) await run(world);
  return world;
}

async function dieEverywhere(c: Case, order: number): Promise<void> {
  const world = await prepared(c, order + 1);
  const old = await settledState(world);
  if (order > 0) world.disks.jitter = new Random(order);
  world.machine.record();
  await c.change(world);
  const { instants } = world.machine;
  const fresh = await settledState(world);
  assert.is.not(old, fresh);
  const seen = new Set<string>();
  for (const [i, instant] of instants.entries())
    for (let cut = 0; cut <= CUTS; cut++) {
      const seed = 100_000 * order + 10 * i + cut;
      const how = cut === 0 ? 'killed' : 'power cut';
      try {
        const state = await stopAt(world, instant, how, seed, c);
        assert.ok(state.then === old || state.then === fresh, 'neither the old state nor the new one');
        if (i === instants.length - 1) assert.is(state.then, fresh, 'an acknowledged change is lost');
        if (c.repeats) assert.is(loose(state.again), loose(fresh), 'repeated, it leads elsewhere');
        seen.add(state.then);
      } catch (e) {
        throw new Error(`${how} at step ${i} of ${instants.length}, order ${order}, seed ${seed}: ${(e as Error).message}`, {
          cause: e,
        });
      }
      points++;
    }
  assert.is(seen.size, 2, 'crashes on both sides of the commit were seen');
}

/** What the next run makes of a machine that stopped, and what the change makes of it when it is simply repeated. */
async function stopAt(
  world: TmWorld,
  instant: Instant,
  how: Stop,
  seed: number,
  c: Case,
): Promise<{ then: string; again: string }> {
  const machine = world.machine.stoppedAt(instant, how, new Random(seed));
  const other = world.with(machine.copy(), seed);
  const crashed = world.with(machine, seed);
  await unlessNothing(recovery(crashed));
  const then = await settledState(crashed);
  await c.holds?.(crashed);
  await unlessNothing(mutate(['vg_set', '--add-tag', 'later'])(crashed));
  await settledState(crashed);
  await c.holds?.(crashed);
  if (!c.repeats) return { then, again: then };
  await c.change(other);
  return { then, again: await settledState(other) };
}

/** Every changing ioctl fails once: nothing is left suspended, and the outcome is as the error said. */
export function failsAtEveryIoctl(test: Test, cases: readonly Case[]): void {
  for (const c of cases)
    test(`${c.name}: every ioctl fails once`, async () => {
      const reference = await prepared(c, 1);
      const old = await settledState(reference);
      await c.change(reference);
      const fresh = await settledState(reference);
      for (let at = 0; ; at++) {
        const world = await prepared(c, 1);
        world.machine.failIoctl(at);
        const code = await c.change(world).then(
          () => 'done',
          (e: DvmError) => e.code,
        );
        if (!world.machine.ioctlFailed) break;
        for (const [name, d] of Object.entries(dump(world.kernel).devices))
          assert.not.ok(d.suspended, `${name} is not left suspended`);
        await recovery(world);
        await c.holds?.(world);
        const expected = { 'activation-failed': old, 'activation-pending': fresh, done: fresh }[code];
        assert.ok(expected, `ioctl ${at}: ${code}`);
        assert.is(loose(await settledState(world)), loose(expected), `ioctl ${at}: ${code}`);
      }
    });
}
