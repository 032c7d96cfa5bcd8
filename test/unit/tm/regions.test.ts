import { labelRegions } from '#discover/update.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { Random } from '#test/support/random.js';
import type { Instant } from '#test/support/sim-machine.js';
import { mutate, recovery, settledState, tm } from '#test/support/tm-crash.js';
import { pathOf, pvOf, TmWorld, type WorldOptions } from '#test/support/tm-world.js';
import { load } from '#tm/context.js';
import { init } from '#tm/members.js';
import type { DryRun, Outcome } from '#tm/outcome.js';
import { recover } from '#tm/recover.js';
import { reduce } from '#tm/reduce.js';
import { changeRegions, type RegionsRequest } from '#tm/region-requests.js';
import { update } from '#tm/update.js';
import { verify } from '#tm/verify.js';
import { DvmError } from '#tool/errors.js';

/** Where a group keeps its metadata, changed while it is in use. */
const test = suite('tm regions');

const MIB = 2048;
const change = (request: Partial<RegionsRequest> & Pick<RegionsRequest, 'action'>, dryRun = false) =>
  tm((ctx) => changeRegions(ctx, { pvs: [], ranges: [], size: undefined, ...request }, dryRun));
const lengths = async (world: TmWorld) =>
  Object.values((await world.devices()).devices).map((d) => d.regions.map((r) => r.length).join('+'));
const stateOf = async (world: TmWorld) => (await tm((ctx) => verify(ctx))(world)).verification.state;

async function made(devices: number, options: WorldOptions = {}): Promise<TmWorld> {
  const world = new TmWorld(devices, options);
  await tm((ctx) => init(ctx, [['vg_create']], false))(world);
  return world;
}

/** Adds to the metadata until that is refused. */
async function fill(world: TmWorld): Promise<DvmError> {
  for (let n = 0; ; n++) {
    const tags = Array.from({ length: 40 }, (_, i) => ['--add-tag', `${n}-${i}-${'x'.repeat(100)}`]).flat();
    const e = await mutate(['vg_set', ...tags])(world).catch((refusal: unknown) => refusal);
    if (e instanceof DvmError) return e;
  }
}

test('a group fills its regions, is told how to grow them, grows them, and goes on', async () => {
  const world = await made(2, { carriers: [0] });
  await mutate(['lv_create', 'live', '--extents', '1'])(world);
  const e = await fill(world);
  assert.equal([e.code, e.exitCode], ['region-full', 82]);
  assert.match(
    e.message,
    /region "\/sim\/0:2048\+1024" is full: \d+K needed, \d+K of 512K free \(32K of them are kept for growing it\)/,
  );
  assert.match(e.hint ?? '', 'discover vg | tm regions grow vg --size 1M');
  await settledState(world);
  await change({ action: 'grow', size: 2048 })(world);
  assert.equal(await lengths(world), ['2048', '']);
  await mutate(['lv_create', 'more', '--extents', '1'])(world);
  const again = await fill(world);
  assert.match(again.hint ?? '', 'tm regions grow vg --size 2M');
  await change({ action: 'grow', size: 4096 })(world);
  assert.equal(await lengths(world), ['4096', ''], 'elsewhere: a volume is in the way');
  await mutate(['lv_create', 'yet more', '--extents', '1'])(world);
  await settledState(world);
});

test('what already is so stays so, and nothing is written', async () => {
  const world = await made(3, { carriers: [0, 1] });
  const { seqno } = (await tm(load)(world)).group.envelope;
  for (const request of [
    { action: 'grow', size: 1024 },
    { action: 'add', pvs: [pathOf(0), pvOf(1)] },
    { action: 'remove', pvs: [pathOf(2)] },
  ] satisfies Parameters<typeof change>[0][])
    assert.is(((await change(request)(world)) as Outcome).changed, false);
  assert.is((await tm(load)(world)).group.envelope.seqno, seqno);
});

test('a dry run says what would be reserved, and touches nothing', async () => {
  const world = await made(1);
  const before = await settledState(world);
  const { changes } = (await change({ action: 'grow', size: 16_384 }, true)(world)) as DryRun;
  assert.equal(
    changes.map((c) => c.path.join('/')),
    [`envelope/pvs/${pvOf(0)}`, `pvs/${pvOf(0)}`],
  );
  assert.is(await settledState(world), before);
});

test('requests that cannot be are refused, and nothing has changed', async () => {
  const world = await made(2);
  await mutate(['lv_create', 'a', '--extents', '5', pathOf(0)])(world);
  const before = await settledState(world);
  const [one, both] = [[pathOf(0)], [pathOf(0), pathOf(1)]];
  const refused: [Parameters<typeof change>[0], string, number, RegExp][] = [
    [{ action: 'grow' }, 'missing-option', 64, /new size of the regions is not given/],
    [{ action: 'add', pvs: one, copies: 3 }, 'contradiction', 64, /either PVs are given, or how many/],
    [{ action: 'add', pvs: both, ranges: [{ start: 8192, length: 1024 }] }, 'contradiction', 64, /are for one PV/],
    [{ action: 'add', pvs: ['/sim/9'] }, 'no-pv', 80, /is no device of group/],
    [{ action: 'add', pvs: one, ranges: [{ start: 2048, length: 512 }] }, 'bad-region', 64, /cannot shrink to 256K/],
    [{ action: 'add', pvs: one, ranges: [{ start: 2560, length: 1024 }] }, 'bad-region', 64, /overlaps region|lies over region/],
    [{ action: 'add', pvs: one, ranges: [{ start: 80_000, length: 64 }] }, 'bad-region', 64, /32K is smaller than 64K/],
    [{ action: 'add', pvs: one, ranges: [{ start: 8192, length: 1024 }] }, 'extents-in-use', 83, /are used by "a"/],
    [{ action: 'add', pvs: one, ranges: many(17) }, 'bad-region', 64, /cannot have more than 16 regions/],
    [{ action: 'remove', pvs: both }, 'last-region', 83, /no device of group "vg" would carry its metadata/],
  ];
  for (const [request, code, exit, message] of refused) {
    const e = await thrown<DvmError>(() => change(request)(world));
    assert.equal([e.code, e.exitCode], [code, exit], e.message);
    assert.match(e.message, message);
  }
  assert.is(await settledState(world), before);
});

function many(count: number) {
  return Array.from({ length: count }, (_, i) => ({ start: 100 * MIB + i * MIB, length: 1024 }));
}

test('a region that cannot be written is not taken, and the group is as it was', async () => {
  const world = await made(2, { carriers: [0] });
  const before = await settledState(world);
  world.disks.fault = (op) => op.kind === 'write' && op.disk === pathOf(1);
  const e = await thrown<DvmError>(() => change({ action: 'add', pvs: [pathOf(1)] })(world));
  assert.equal([e.code, e.exitCode], ['regions-failed', 74]);
  assert.match(e.message, 'new regions could not be written');
  world.disks.fault = undefined;
  assert.is(await settledState(world), before);
});

test('a region that cannot be wiped any more is given up all the same', async () => {
  const world = await made(2);
  world.disks.fault = (op) => op.kind === 'write' && op.disk === pathOf(1) && op.data[0] === 0;
  const notes: string[] = [];
  const request: RegionsRequest = { action: 'remove', pvs: [pathOf(1)], ranges: [], size: undefined };
  await tm((ctx) => changeRegions({ ...ctx, note: (n) => notes.push(n) }, request, false))(world);
  assert.match(notes.join(), 'a region that was given up could not be wiped');
  world.disks.fault = undefined;
  assert.equal(await lengths(world), ['1024', '']);
});

/** A world whose change of regions stopped once the first label was written. */
async function interrupted(): Promise<TmWorld> {
  const world = await made(2);
  world.machine.record();
  await change({ action: 'grow', size: 2048 })(world);
  const label = world.disks.log.findIndex((op) => op.kind === 'write' && op.offset === 4096);
  const instant = world.machine.instants.find((i) => i.ops === label + 4);
  return world.with(world.machine.stoppedAt(instant as Instant, 'killed', new Random(1)), 99);
}

test('an interrupted change is told, and finished by whatever changes the group next', async () => {
  const world = await interrupted();
  assert.equal(await lengths(world), ['2048', '1024']);
  assert.is(await stateOf(world), 'interrupted');
  const dry = tm((ctx) => update(ctx, { stages: [['vg_set', '--add-tag', 'x']], dryRun: true, selection: [] }));
  assert.is((await thrown<DvmError>(() => dry(world))).code, 'interrupted');
  await mutate(['vg_set', '--add-tag', 'x'])(world);
  assert.equal(await lengths(world), ['2048', '2048']);
  assert.is(await stateOf(world), 'ok');
  await settledState(world);
});

test('while a device is missing nothing is finished but by those who go on without it', async () => {
  const world = await interrupted();
  world.present = [0];
  assert.is((await thrown<DvmError>(() => mutate(['vg_set', '--add-tag', 'x'])(world))).code, 'missing-devices');
  await recovery(world);
  await tm((ctx) => recover(ctx, { without: [pvOf(1)], from: [] }))(world);
  world.present = [0, 1];
  await recovery(world);
  assert.equal(await lengths(world), ['2048', '2048']);
  await settledState(world);
});

test('regions that the group does not know of stop changes until recover has reserved what lies under them', async () => {
  const world = await made(2);
  const devices = await world.devices();
  await labelRegions(world.discover(), devices, pvOf(1), [{ start: 2048, length: 10_240 }]);
  const e = await thrown<DvmError>(() => mutate(['vg_set', '--add-tag', 'x'])(world));
  assert.equal([e.code, e.exitCode], ['strange-regions', 84]);
  assert.match(e.message, 'knows other regions of /sim/1');
  await recovery(world);
  const { metadata } = JSON.parse(await settledState(world)).record;
  assert.equal(metadata.pvs[pvOf(1)].reserved, [{ count: 1, extent: 0 }]);
});

test('a device that was taken out, but still holds an old version, has no say', async () => {
  const world = await made(3);
  const away = world.disks.image(pathOf(2)).copy();
  await tm((ctx) => reduce(ctx, { names: [pvOf(2)], stages: [['pv_remove', pvOf(2)]], dryRun: false }))(world);
  for (let n = 0; n < 60; n++) await mutate(['vg_set', n % 2 ? '--del-tag' : '--add-tag', 'x'])(world);
  world.disks.put(pathOf(2), away);
  await mutate(['vg_set', '--add-tag', 'y'])(world);
  assert.is(await stateOf(world), 'ok');
});

test.run();
