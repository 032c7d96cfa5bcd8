import { addDevice } from '#discover/add.js';
import { removeDevice } from '#discover/remove.js';
import { suite } from '#test/support/check.js';
import { type Case, diesAtEveryStep, failsAtEveryIoctl } from '#test/support/crash-everywhere.js';
import { mutate, type Run, tm } from '#test/support/tm-crash.js';
import { pathOf, pvOf } from '#test/support/tm-world.js';
import { destroy, expand, init, rename } from '#tm/members.js';
import { reduce } from '#tm/reduce.js';

/** Changes of what a group is made of, cut short everywhere. */
const test = suite('tm crash: members');

const made = tm((ctx) => init(ctx, [['vg_create']], false));
const create = mutate(['lv_create', 'a', '--extents', '10']);
const label =
  (device: number): Run =>
  (world) =>
    addDevice({ group: world.group, path: pathOf(device) }, {}, world.discover());
const unlabel =
  (device: number): Run =>
  (world) =>
    removeDevice({ group: world.group, path: pathOf(device) }, {}, world.discover());
const takeIn = tm((ctx) => expand(ctx, [['pv_add']], false));
const takeOut = tm((ctx) => reduce(ctx, { names: [pathOf(2)], stages: [['pv_remove', pathOf(2)]], dryRun: false }));

const cases: Case[] = [
  { name: 'make a group', devices: 3, prepare: [], change: made },
  { name: 'label a device', devices: 3, options: { blank: [2] }, prepare: [made, create], change: label(2), repeats: true },
  {
    name: 'label a device for a new group',
    devices: 1,
    options: { blank: [0], group: 'vg' },
    prepare: [],
    change: label(0),
    repeats: true,
  },
  {
    name: 'take in a device',
    devices: 3,
    options: { blank: [2] },
    prepare: [made, create, label(2)],
    change: takeIn,
    repeats: true,
  },
  {
    name: 'take out a device',
    devices: 3,
    prepare: [made, create],
    change: tm((ctx) => reduce(ctx, { names: [pathOf(2)], stages: [['pv_remove', pvOf(2)]], dryRun: false })),
    repeats: true,
  },
  {
    name: 'take out a device that carries metadata: another one gets it',
    devices: 3,
    options: { carriers: [0, 2] },
    prepare: [made, create],
    change: takeOut,
    repeats: true,
  },
  { name: 'unlabel a device', devices: 3, prepare: [made, create, takeOut], change: unlabel(2), repeats: true },
  {
    name: 'rename the group',
    devices: 2,
    prepare: [made, create],
    change: tm((ctx) => rename(ctx, 'other', false)),
    repeats: true,
  },
  { name: 'unmake a group', devices: 2, prepare: [made], change: tm((ctx) => destroy(ctx, [['vg_remove']])), repeats: true },
];

diesAtEveryStep(test, cases);
failsAtEveryIoctl(
  test,
  cases.filter((c) => c.prepare.length > 0),
);

test.run();
