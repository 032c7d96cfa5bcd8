import { dump } from '#dm/dump.js';
import { assert, suite } from '#test/support/check.js';
import { cases, create, mutate } from '#test/support/tm-cases.js';
import { diesAtEveryStep, everyIoctlFails, run, settledState } from '#test/support/tm-crash.js';
import { TmWorld } from '#test/support/tm-world.js';
import { activate } from '#tm/activate.js';
import { init } from '#tm/members.js';
import { recover } from '#tm/recover.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('tm crash');

for (const c of cases) {
  test(`${c.name}: killed at every step`, () => diesAtEveryStep(c, 'killed'));
  test(`${c.name}: power cut at every step`, () => diesAtEveryStep(c, 'power cut'));
  test(`${c.name}: every ioctl fails once`, () => everyIoctlFails(c));
}

test('init: dying at every step leaves a group that init or recover completes', async () => {
  for (const how of ['killed', 'power cut'] as const)
    for (let at = 0; ; at++) {
      const world = new TmWorld(3, at + 1);
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

test('after a power cut all volumes come up again by activate', async () => {
  const world = new TmWorld(2, 7);
  await run(world, [0, 1], (ctx) => init(ctx, [['vg_create']], false));
  await run(world, [0, 1], mutate(create, ['lv_create', 'b', '--extents', '4', '--stripes', '2']));
  world.powerCut();
  assert.equal(Object.keys(dump(world.kernel).devices), []);
  await run(world, [0, 1], (ctx) => activate(ctx, ['--all'], false, false));
  assert.equal(Object.keys(dump(world.kernel).devices).sort(), ['vg-a', 'vg-b']);
  await settledState(world, [0, 1]);
});

test.run();
