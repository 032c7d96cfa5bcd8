import { dump } from '#dm/dump.js';
import { assert, suite } from '#test/support/check.js';
import { Random } from '#test/support/random.js';
import { mutate, type Run, recovery, settledState, tm } from '#test/support/tm-crash.js';
import { TmWorld } from '#test/support/tm-world.js';
import { activate } from '#tm/activate.js';
import { init } from '#tm/members.js';
import type { DvmError } from '#tool/errors.js';

/** Volumes brought up and taken down, cut short everywhere: the metadata stay as they are, and no volume is left half-way. */
const test = suite('tm crash: activation');

const select = (...words: string[]): Run => tm((ctx) => activate(ctx, words, false, false));

const prepare: Run[] = [
  tm((ctx) => init(ctx, [['vg_create']], false)),
  mutate(
    ['lv_create', 'a', '--extents', '10'],
    ['lv_create', 'b', '--extents', '4', '--stripes', '2'],
    ['lv_create', 'c', '--extents', '2'],
  ),
];

interface Case {
  name: string;
  /** Before the change. */
  up: Run;
  change: Run;
}

const cases: Case[] = [
  { name: 'all up', up: select('--none'), change: select('--all') },
  { name: 'all down', up: select('--all'), change: select('--none') },
  { name: 'one more up', up: select('--none', '--activate', 'a'), change: select('--activate', 'b') },
  { name: 'one of them down', up: select('--all'), change: select('--deactivate', 'b') },
  {
    name: 'another one instead',
    up: select('--none', '--activate', 'a'),
    change: select('--activate', 'c', '--deactivate', 'a'),
  },
];

async function prepared({ up }: Case): Promise<TmWorld> {
  const world = new TmWorld(2);
  for (const run of [...prepare, up]) await run(world);
  return world;
}

type Live = Record<string, string>;

/** The live tables, by name; nothing is suspended, and no table waits. */
function live(world: TmWorld): Live {
  return Object.fromEntries(
    Object.entries(dump(world.kernel).devices).map(([name, d]) => {
      assert.not.ok(d.suspended || d.inactive || d.targets.length === 0, `${name} is half-way`);
      return [name, JSON.stringify(d.targets)];
    }),
  );
}

/** After a recovery every volume is up or down, as before or after the change; then it can be repeated from where it began. */
async function recoversTo(world: TmWorld, c: Case, state: string, before: Live, after: Live): Promise<void> {
  await recovery(world);
  assert.is(await settledState(world), state);
  for (const [name, table] of Object.entries(live(world))) assert.ok([before[name], after[name]].includes(table), name);
  for (const [name, table] of Object.entries(before))
    if (after[name] === table) assert.is(live(world)[name], table, `${name} stays up`);
  await c.up(world);
  await c.change(world);
  assert.equal(live(world), after);
}

for (const c of cases) {
  test(`${c.name}: stopped at every step`, async () => {
    const world = await prepared(c);
    const [state, before] = [await settledState(world), live(world)];
    world.machine.record();
    await c.change(world);
    const after = live(world);
    assert.not.equal(before, after);
    assert.ok(world.machine.instants.length > 1);
    for (const [i, instant] of world.machine.instants.entries())
      for (const how of ['killed', 'power cut'] as const) {
        const other = world.with(world.machine.stoppedAt(instant, how, new Random(i)), i);
        await recoversTo(other, c, state, how === 'killed' ? before : {}, after).catch((e: Error) => {
          throw new Error(`${how} at step ${i}: ${e.message}`, { cause: e });
        });
      }
  });

  test(`${c.name}: every ioctl fails once`, async () => {
    const start = await prepared(c);
    const [state, before] = [await settledState(start), live(start)];
    const reference = start.with(start.machine.copy(), 0);
    await c.change(reference);
    const after = live(reference);
    for (let at = 0; ; at++) {
      const world = start.with(start.machine.copy(), at);
      world.machine.failIoctl(at);
      const code = await c.change(world).then(
        () => 'done',
        (e: DvmError) => e.code,
      );
      if (!world.machine.ioctlFailed) break;
      assert.ok(['activation-failed', 'activation-pending', 'done'].includes(code), `ioctl ${at}: ${code}`);
      if (code === 'activation-failed') assert.equal(live(world), before, `ioctl ${at}`);
      if (code === 'done') assert.equal(live(world), after, `ioctl ${at}`);
      await recoversTo(world, c, state, before, after);
    }
  });
}

test.run();
