import { suite } from '#test/support/check.js';
import { type Case, diesAtEveryStep, failsAtEveryIoctl } from '#test/support/crash-everywhere.js';
import { mutate, tm } from '#test/support/tm-crash.js';
import { pathOf } from '#test/support/tm-world.js';
import { init } from '#tm/members.js';
import { changeRegions, type RegionsRequest } from '#tm/region-requests.js';

/** Changes of the regions of a group in use, cut short everywhere. */
const test = suite('tm crash: regions');

const made = tm((ctx) => init(ctx, [['vg_create']], false));
const create = mutate(['lv_create', 'a', '--extents', '10']);
const regions = (request: Partial<RegionsRequest> & Pick<RegionsRequest, 'action'>) =>
  tm((ctx) => changeRegions(ctx, { pvs: [], ranges: [], size: undefined, ...request }, false));

const cases: Case[] = [
  {
    name: 'grow regions where they are',
    devices: 2,
    prepare: [made],
    change: regions({ action: 'grow', size: 2048 }),
    repeats: true,
  },
  {
    name: 'grow a region that has to move',
    devices: 2,
    prepare: [made, create],
    change: regions({ action: 'grow', size: 8192, pvs: [pathOf(0)] }),
    repeats: true,
  },
  {
    name: 'add a region',
    devices: 2,
    options: { carriers: [0] },
    prepare: [made, create],
    change: regions({ action: 'add', pvs: [pathOf(1)] }),
    repeats: true,
  },
  {
    name: 'add a region beside one',
    devices: 1,
    prepare: [made, create],
    change: regions({ action: 'add', pvs: [pathOf(0)], ranges: [{ start: 1_000_000, length: 1024 }] }),
    repeats: true,
  },
  {
    name: 'remove a region',
    devices: 2,
    prepare: [made, create],
    change: regions({ action: 'remove', pvs: [pathOf(1)] }),
    repeats: true,
  },
];

diesAtEveryStep(test, cases);
failsAtEveryIoctl(test, cases);

test.run();
