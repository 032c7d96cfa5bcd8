import { addDevice } from '#discover/add.js';
import { assert, suite } from '#test/support/check.js';
import { mutate, settledState, tm, unlessNothing } from '#test/support/tm-crash.js';
import { pathOf, TmWorld, type WorldOptions } from '#test/support/tm-world.js';
import { load } from '#tm/context.js';
import { init } from '#tm/members.js';
import { type ReduceRequest, reduce } from '#tm/reduce.js';
import { changeRegions } from '#tm/region-requests.js';

/** How many devices of a group carry its metadata. */
const test = suite('tm copies');

async function made(devices: number, options: WorldOptions = {}): Promise<TmWorld> {
  const world = new TmWorld(devices, options);
  await tm((ctx) => init(ctx, [['vg_create']], false))(world);
  return world;
}

/** Numbers of the devices of the group that carry regions. */
async function carriers(world: TmWorld): Promise<number[]> {
  const { devices } = await world.devices();
  const { pvs } = (await unlessNothing(tm(load)(world)))?.group.envelope ?? { pvs: devices };
  const paths = Object.entries(devices).flatMap(([pv, d]) => (d.regions.length > 0 && Object.hasOwn(pvs, pv) ? [d.path] : []));
  return world.present.filter((i) => paths.includes(pathOf(i)));
}

const takeOut = (device: number, more: Partial<ReduceRequest> = {}) =>
  tm(async (ctx) => {
    const notes: string[] = [];
    const names = [pathOf(device)];
    const stages = [['pv_remove', ...names]];
    ctx.note = (line) => void notes.push(line);
    await reduce(ctx, { names, stages, dryRun: false, ...more });
    return notes;
  });

const add = (copies?: number) =>
  tm((ctx) => changeRegions(ctx, { action: 'add', pvs: [], ranges: [], size: undefined, copies }, false));

test('the first eight devices get a region, further ones none, unless more are wanted', async () => {
  const blank = Array.from({ length: 12 }, (_, i) => i);
  const world = new TmWorld(12, { blank, group: 'vg' });
  const label = (device: number, copies?: number) =>
    addDevice({ group: 'vg', path: pathOf(device), copies }, {}, world.discover());
  for (let i = 0; i < 10; i++) await label(i);
  assert.equal(await carriers(world), [0, 1, 2, 3, 4, 5, 6, 7]);
  await label(10, Number.POSITIVE_INFINITY);
  await label(11, 3);
  assert.equal(await carriers(world), [0, 1, 2, 3, 4, 5, 6, 7, 10]);
});

test('in place of a device that leaves another one carries, far from the others', async () => {
  const world = await made(6, { carriers: [0, 5] });
  assert.equal(await takeOut(5)(world), []);
  assert.equal(await carriers(world), [0, 4]);
  await takeOut(4, { fewerCopies: true })(world);
  assert.equal(await carriers(world), [0]);
  await settledState(world);
});

test('a dry run of taking out a device gives no regions', async () => {
  const world = await made(3, { carriers: [0, 2] });
  const before = await settledState(world);
  await takeOut(2, { dryRun: true })(world);
  assert.is(await settledState(world), before);
});

test('devices without room are passed over; where none has any there are fewer copies, and it is said', async () => {
  const world = await made(4, { carriers: [0, 3], region: 16_384 });
  await mutate(['lv_create', 'a', '--extents', '100%FREE', pathOf(2)])(world);
  assert.equal(await takeOut(3)(world), []);
  assert.equal(await carriers(world), [0, 1]);
  const full = await made(3, { carriers: [0, 2], region: 16_384 });
  await mutate(['lv_create', 'a', '--extents', '100%FREE', pathOf(1)])(full);
  assert.match((await takeOut(2)(full)).join(), '1 devices of group "vg" carry its metadata; no other has room');
  assert.equal(await carriers(full), [0]);
});

test('regions are added until so many devices carry one', async () => {
  const world = await made(6, { carriers: [0] });
  await add(3)(world);
  assert.equal(await carriers(world), [0, 2, 5]);
  await add()(world);
  assert.equal(await carriers(world), [0, 1, 2, 3, 4, 5]);
  assert.equal(((await add()(world)) as { changed: boolean }).changed, false);
  await settledState(world);
});

test.run();
