import { dump } from '#dm/dump.js';
import { assert, suite } from '#test/support/check.js';
import {
  type Case,
  create,
  diesAtEveryStep,
  failsAtEveryIoctl,
  mutate,
  nothing,
  run,
  settledState,
} from '#test/support/tm-crash.js';
import { TmWorld } from '#test/support/tm-world.js';
import { activate } from '#tm/activate.js';
import { init } from '#tm/members.js';

/** Changes of volumes, cut short everywhere. */
const test = suite('tm crash');

const cases: Case[] = [
  { name: 'create a volume', devices: 3, before: [0, 1, 2], after: [0, 1, 2], prepare: nothing, change: mutate(create) },
  {
    name: 'extend a live volume',
    devices: 3,
    before: [0, 1, 2],
    after: [0, 1, 2],
    prepare: mutate(create),
    change: mutate(['lv_extend', 'a', '--extents', '+5']),
  },
  {
    name: 'reduce a live volume',
    devices: 2,
    before: [0, 1],
    after: [0, 1],
    prepare: mutate(create),
    change: mutate(['lv_reduce', 'a', '--extents', '-5']),
  },
  {
    name: 'rename a live volume',
    devices: 2,
    before: [0, 1],
    after: [0, 1],
    prepare: mutate(create),
    change: mutate(['lv_rename', 'a', 'b']),
  },
  {
    name: 'remove a live volume',
    devices: 2,
    before: [0, 1],
    after: [0, 1],
    prepare: mutate(create),
    change: mutate(['lv_remove', 'a']),
  },
];

diesAtEveryStep(test, cases);
failsAtEveryIoctl(test, cases);

test('after a power cut all volumes come up again by activate', async () => {
  const world = new TmWorld(2, { seed: 7 });
  await run(world, [0, 1], (ctx) => init(ctx, [['vg_create']], false));
  await run(world, [0, 1], mutate(create, ['lv_create', 'b', '--extents', '4', '--stripes', '2']));
  world.powerCut();
  assert.equal(Object.keys(dump(world.kernel).devices), []);
  await run(world, [0, 1], (ctx) => activate(ctx, ['--all'], false, false));
  assert.equal(Object.keys(dump(world.kernel).devices).sort(), ['vg-a', 'vg-b']);
  await settledState(world, [0, 1]);
});

test.run();
