import { activate } from '#tm/activate.js';
import { init } from '#tm/members.js';
import { DvmError } from '#tool/errors.js';
import { assert, type suite } from './check.js';
import { newVolume, nextOperation } from './history-ops.js';
import { Random } from './random.js';
import type { Instant } from './sim-machine.js';
import { mutate, recovery, settledState, tm, unlessNothing } from './tm-crash.js';
import { TmWorld } from './tm-world.js';

const DEVICES = 6;
const OPERATIONS = 24;
/** Instants at which each operation is stopped. */
const STOPS = 25;

/**
 * Random histories of everything that discover and tm do to a group, each operation stopped at some of its instants. What
 * the next run makes of it is the state before the operation or the one after it. Now and then the history goes on from
 * there. `SEED=n` runs one history alone.
 */
export function cutHistories(test: ReturnType<typeof suite>, from: number, to: number): void {
  const only = process.env.SEED;
  let points = 0;
  for (let seed = only ? Number(only) : from; seed < (only ? Number(only) + 1 : to); seed++)
    test(`history ${seed}`, async () => {
      const history = new History(seed);
      await history.run().catch((e: Error) => {
        const how = `SEED=${seed} node ${process.argv[1]}`;
        throw new Error(`${e.message}\nhistory: ${history.log.join('; ')}\nagain: ${how}`, { cause: e });
      });
      points += history.points;
    });
  test('points', () => void process.stdout.write(`NOTE ${points} crash points of random histories\n`));
}

class History {
  points = 0;
  readonly log: string[] = [];
  readonly #random: Random;
  #world: TmWorld;
  /** A machine that crashed and was mended, and now takes the place of the one that did not. */
  #goesOn: TmWorld | undefined;

  constructor(seed: number) {
    this.#random = new Random(seed);
    const numbers = Array.from({ length: DEVICES }, (_, i) => i);
    const blank = this.#random.chance(0.2) ? numbers : this.#random.shuffle(numbers).slice(0, 1 + this.#random.below(3));
    const region = this.#random.pick([256, 512, 1024]);
    this.#world = new TmWorld(DEVICES, { seed: seed + 1_000_000, blank, region });
  }

  async run(): Promise<void> {
    await this.#begin();
    for (let done = 0, tries = 0; done < OPERATIONS && tries < 10 * OPERATIONS; tries++) if (await this.#operation()) done++;
  }

  /** Most begin with a group of some volumes. */
  async #begin(): Promise<void> {
    await this.#world.followGroup();
    await unlessNothing(tm((ctx) => init(ctx, [['vg_create']], false))(this.#world));
    const volumes = Array.from({ length: this.#random.below(20) }, (_, i) => newVolume(`v${i}`, 2, this.#world));
    await unlessNothing(mutate(...volumes)(this.#world));
  }

  /** One more operation; false when nothing was written. */
  async #operation(): Promise<boolean> {
    const world = this.#world;
    await world.followGroup();
    const operation = await nextOperation(world, this.#random);
    world.present = operation.present ?? world.present;
    this.log.push(operation.name);
    const old = operation.disagreed ? undefined : await settledState(world);
    world.disks.jitter = new Random(this.#random.below(1e9));
    world.machine.record();
    const refusal = await refusalOf(operation.run(world));
    world.disks.jitter = undefined;
    if (refusal) this.log.push(`(refused: ${refusal.code})`);
    const { instants } = world.machine;
    const fresh = await settledState(world);
    if (refusal && old) assert.is(fresh, old, `${operation.name} was refused (${refusal.message}), and has changed something`);
    for (let n = 0; instants.length > 1 && n < STOPS; n++) await this.#stop(old, fresh);
    if (this.#goesOn) this.log.push('(goes on from a crash)');
    this.#world = this.#goesOn ?? world;
    this.#goesOn = undefined;
    return instants.length > 1;
  }

  async #stop(old: string | undefined, fresh: string): Promise<void> {
    const { machine } = this.#world;
    const at = this.#random.below(machine.instants.length);
    const how = this.#random.chance(0.3) ? 'killed' : 'power cut';
    const seed = this.#random.below(1e9);
    const next = this.#random.pick(nextRuns);
    try {
      const left = this.#world.with(machine.stoppedAt(machine.instants[at] as Instant, how, new Random(seed)), seed);
      const mended = await next.run(left, this.#random);
      const state = await settledState(mended);
      assert.ok(state === old || state === fresh, 'neither the old state nor the new one');
      if (at === machine.instants.length - 1) assert.is(state, fresh, 'what had been acknowledged is lost');
      this.points++;
      if (this.#random.chance(1 / STOPS / 4)) this.#goesOn = mended;
    } catch (e) {
      const where = `${this.log.at(-1)}: ${how} at step ${at} of ${machine.instants.length}, seed ${seed}, then ${next.name}`;
      throw new Error(`${where}: ${(e as Error).message}`, { cause: e });
    }
  }
}

/** What comes after a crash. */
const nextRuns: { name: string; run(left: TmWorld, random: Random): Promise<TmWorld> }[] = [
  { name: 'recover', run: recovered },
  {
    name: 'another change',
    run: async (left) => {
      await refusalOf(tm((ctx) => activate(ctx, [], false, false))(left));
      return recovered(left);
    },
  },
  {
    name: 'recover, stopped too',
    run: async (left, random) => {
      left.machine.record();
      await recovered(left);
      const instant = random.pick(left.machine.instants);
      const seed = random.below(1e9);
      return recovered(left.with(left.machine.stoppedAt(instant, random.pick(['killed', 'power cut']), new Random(seed)), seed));
    },
  },
];

async function recovered(world: TmWorld): Promise<TmWorld> {
  await unlessNothing(recovery(world));
  return world;
}

async function refusalOf(run: Promise<unknown>): Promise<DvmError | undefined> {
  try {
    await run;
    return undefined;
  } catch (e) {
    if (e instanceof DvmError && e.code !== 'internal') return e;
    throw e;
  }
}
