import { assert, suite } from '#test/support/check.js';
import { type Case, create, diesAtEveryStep, failsAtEveryIoctl, mutate, run, settledState } from '#test/support/tm-crash.js';
import { pathOf, pvOf, TmWorld } from '#test/support/tm-world.js';
import { expand, init, reduce, rename } from '#tm/members.js';
import { recover } from '#tm/recover.js';
import type { DvmError } from '#tool/errors.js';

/** Changes of what a group is made of, cut short everywhere. */
const test = suite('tm crash: members');

const cases: Case[] = [
  {
    name: 'take in a device',
    devices: 3,
    before: [0, 1],
    after: [0, 1, 2],
    prepare: mutate(create),
    change: (ctx) => expand(ctx, [['pv_add']], false),
  },
  {
    name: 'take out a device',
    devices: 3,
    before: [0, 1, 2],
    after: [0, 1, 2],
    prepare: mutate(create),
    change: (ctx) => reduce(ctx, [pathOf(2)], [['pv_remove', pvOf(2)]], false),
  },
  {
    name: 'rename the group',
    devices: 2,
    before: [0, 1],
    after: [0, 1],
    prepare: mutate(create),
    change: (ctx) => rename(ctx, 'other', false),
  },
];

diesAtEveryStep(test, cases);
failsAtEveryIoctl(test, cases);

test('init: dying at every step leaves a group that init or recover completes', async () => {
  for (const how of ['killed', 'power cut'] as const)
    for (let at = 0; ; at++) {
      const world = new TmWorld(3, { seed: at + 1 });
      world.dieAt(at);
      const died = await run(world, [0, 1, 2], (ctx) => init(ctx, [['vg_create']], false)).then(
        () => world.dead,
        () => true,
      );
      if (!died) break;
      if (how === 'killed') world.restartProcess();
      else world.powerCut();
      await run(world, [0, 1, 2], (ctx) => init(ctx, [['vg_create']], false)).catch((e: DvmError) => {
        assert.is(e.code, 'already-initialised', `${how} at ${at}: ${e.message}`);
        return run(world, [0, 1, 2], (again) => recover(again, { without: [], from: [] }));
      });
      await settledState(world, [0, 1, 2]);
    }
});

test.run();
