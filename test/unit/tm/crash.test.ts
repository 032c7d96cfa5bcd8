import { dump } from '#dm/dump.js';
import { assert, suite } from '#test/support/check.js';
import { type Case, diesAtEveryStep, failsAtEveryIoctl } from '#test/support/crash-everywhere.js';
import { mutate, settledState, tm } from '#test/support/tm-crash.js';
import { pvOf, TmWorld } from '#test/support/tm-world.js';
import { activate } from '#tm/activate.js';
import { init } from '#tm/members.js';

/** Changes of volumes, cut short everywhere. */
const test = suite('tm crash');

const made = tm((ctx) => init(ctx, [['vg_create']], false));
const moveId = 'm'.repeat(20);
const create = ['lv_create', 'a', '--extents', '10'];

const cases: Case[] = [
  { name: 'create a volume', devices: 3, prepare: [made], change: mutate(create) },
  {
    name: 'extend a live volume',
    devices: 3,
    prepare: [made, mutate(create)],
    change: mutate(['lv_extend', 'a', '--extents', '+5']),
  },
  {
    name: 'reduce a live volume',
    devices: 2,
    prepare: [made, mutate(create)],
    change: mutate(['lv_reduce', 'a', '--extents', '-5']),
  },
  { name: 'rename a live volume', devices: 2, prepare: [made, mutate(create)], change: mutate(['lv_rename', 'a', 'b']) },
  {
    name: 'begin to move extents',
    devices: 2,
    prepare: [made, mutate([...create, '--stripes', '1'])],
    change: mutate(['pv_move', pvOf(0), '--id', moveId]),
  },
  {
    name: 'end a move that the kernel has finished',
    devices: 2,
    prepare: [made, mutate(create), mutate(['pv_move', pvOf(0), '--id', moveId])],
    change: mutate(['vg_check']),
  },
  { name: 'remove a live volume', devices: 2, prepare: [made, mutate(create)], change: mutate(['lv_remove', 'a']) },
];

diesAtEveryStep(test, cases);
failsAtEveryIoctl(test, cases);

test('after a power cut all volumes come up again by activate', async () => {
  const world = new TmWorld(2, { seed: 7 });
  await made(world);
  await mutate(create, ['lv_create', 'b', '--extents', '4', '--stripes', '2'])(world);
  world.machine.record();
  const booted = world.with(world.machine.copy(), 1);
  for (const name of Object.keys(dump(booted.kernel).devices)) booted.kernel.remove(name);
  await tm((ctx) => activate(ctx, ['--all'], false, false))(booted);
  assert.equal(Object.keys(dump(booted.kernel).devices).sort(), ['vg-a', 'vg-b']);
  await settledState(booted);
});

test.run();
