import { assert, suite, thrown } from '#test/support/check.js';
import { create, edit, on, volumes } from '#test/support/tm-recovery.js';
import { pathOf, pvOf, type TmWorld } from '#test/support/tm-world.js';
import { groupsOf, twoGroups, volumesOf, withVolumes } from '#test/support/transfer.js';
import { activate } from '#tm/activate.js';
import { expand } from '#tm/members.js';
import { read } from '#tm/read.js';
import { recover } from '#tm/recover.js';
import { merge, split } from '#tm/transfer.js';
import { verify } from '#tm/verify.js';
import type { DvmError } from '#tool/errors.js';

/** PVs that go over to another group, with what lies on them. */
const test = suite('tm split and merge');
const all = [0, 1, 2, 3];

const splitOff = (world: TmWorld, ...pvs: number[]) => on(world, all, (ctx) => split(ctx, 'new', pvs.map(pathOf), false));

async function refused(world: TmWorld, work: () => Promise<unknown>): Promise<DvmError> {
  const before = await groupsOf(world);
  const e = await thrown<DvmError>(work);
  assert.equal(await groupsOf(world), before, 'nothing has changed');
  return e;
}

test('some PVs become a group of their own, with what lies on them, and come back', async () => {
  const world = await withVolumes(4);
  const done = await splitOff(world, 2, 3);
  assert.equal(done.group.name, 'new');
  assert.equal(await volumesOf(world), { vg: ['v0', 'v1'], new: ['v2', 'v3'] });
  for (const group of ['vg', 'new']) {
    world.group = group;
    assert.is((await on(world, all, (ctx) => verify(ctx, true))).verification.state, 'ok');
  }
  await edit(world, all, 'lv_create', 'more', '--extents', '1');
  await on(world, all, (ctx) => merge(ctx, 'vg', false));
  assert.equal(await volumesOf(world), { vg: ['more', 'v0', 'v1', 'v2', 'v3'] });
  world.group = 'vg';
  assert.is((await on(world, all, (ctx) => verify(ctx, true))).verification.state, 'ok');
  await create(world, all, 'last');
  assert.equal(await volumes(world, [2]), ['last', 'more', 'v0', 'v1', 'v2', 'v3'], 'those that came back carry it');
});

test('what stays may be in use, what goes may not', async () => {
  const world = await withVolumes(4);
  await on(world, all, (ctx) => activate(ctx, ['--all'], false, false));
  const e = await refused(world, () => splitOff(world, 2, 3));
  assert.equal([e.code, e.exitCode, e.details], ['volumes-active', 83, { devices: ['vg-v2', 'vg-v3'] }]);
  await on(world, all, (ctx) => activate(ctx, ['--deactivate', 'v2', '--deactivate', 'v3'], false, false));
  await splitOff(world, 2, 3);
  assert.equal(
    world.kernel
      .list()
      .map((d) => d.name)
      .sort(),
    ['vg-v0', 'vg-v1'],
  );
});

test('volumes that lie on both sides are named', async () => {
  const world = await withVolumes(4);
  await edit(world, all, 'lv_create', 'wide', '--extents', '2', '--stripes', '2', pathOf(1), pathOf(2));
  const e = await refused(world, () => splitOff(world, 2));
  assert.equal([e.code, e.exitCode, e.message], ['volumes-straddle', 83, '"wide" of group "vg" would be on both sides']);
});

test('both sides must be groups', async () => {
  const world = await withVolumes(4, { carriers: [0, 1] });
  const none = await refused(world, () => splitOff(world, 2, 3));
  assert.equal([none.code, none.hint?.endsWith(`discover vg | tm regions add vg ${pvOf(2)}`)], ['no-regions', true]);
  const nothing = await refused(world, () => splitOff(world, ...all));
  assert.equal([nothing.code, nothing.exitCode], ['nothing-stays', 64]);
  const rest = await refused(world, () => splitOff(world, 0, 1));
  assert.is(rest.code, 'no-regions');
});

test('a group whose devices are away is neither divided nor merged', async () => {
  const world = await withVolumes(4);
  await on(world, [0, 1, 2], (ctx) => recover(ctx, { from: [], without: [pvOf(3)] }));
  const e = await thrown<DvmError>(() => on(world, [0, 1, 2], (ctx) => split(ctx, 'new', [pathOf(2)], false)));
  assert.equal([e.code, e.exitCode], ['missing-devices', 84]);
});

test('a dry run changes nothing, and shows what would be', async () => {
  const world = await withVolumes(4);
  const before = await groupsOf(world);
  const plan = await on(world, all, (ctx) => split(ctx, 'new', [pathOf(3)], true));
  assert.is(plan.kind, 'dry-run');
  assert.equal(await groupsOf(world), before);
});

test('groups that do not fit together are not merged', async () => {
  const world = await twoGroups();
  const e = await refused(world, () => on(world, all, (ctx) => merge(ctx, 'vg', false)));
  assert.equal([e.code, e.exitCode, e.message], ['name-taken', 81, 'group "vg" has a volume "v0" too']);
  const self = await refused(world, () => on(world, all, (ctx) => merge(ctx, 'new', false)));
  assert.is(self.code, 'same-group');
});

test('devices on their way are neither read as a group nor taken for new ones', async () => {
  const world = await withVolumes(4);
  const cut = new Error('cut off');
  const stopped = on(world, all, (ctx) =>
    split({ ...ctx, handOver: (pvs, to) => ctx.handOver(pvs, to).then(() => Promise.reject(cut)) }, 'new', [pathOf(3)], false),
  );
  assert.is(await thrown(() => stopped), cut);
  world.group = 'new';
  const e = await thrown<DvmError>(() => on(world, all, (ctx) => read(ctx, false)));
  assert.equal([e.code, e.exitCode, e.hint], ['interrupted', 86, 'to finish it: discover new | tm recover new']);
  assert.is((await on(world, all, (ctx) => verify(ctx))).verification.state, 'interrupted');
  await on(world, all, (ctx) => recover(ctx, { from: [], without: [] }));
  world.group = 'vg';
  await create(world, all, 'goes-on');
  assert.equal(await volumesOf(world), { vg: ['goes-on', 'v0', 'v1', 'v2'], new: ['v3'] });
});

test('nor by a group that they are to join', async () => {
  const world = await twoGroups();
  await edit(world, all, 'lv_rename', 'v0', 'v2');
  const cut = new Error('cut off');
  const stopped = on(world, all, (ctx) =>
    merge({ ...ctx, handOver: (pvs, to) => ctx.handOver(pvs, to).then(() => Promise.reject(cut)) }, 'vg', false),
  );
  assert.is(await thrown(() => stopped), cut);
  world.group = 'vg';
  const e = await thrown<DvmError>(() => on(world, all, (ctx) => expand(ctx, [['pv_add']], false)));
  assert.equal([e.code, e.exitCode, e.hint], ['interrupted', 86, 'to take them in: discover vg | tm recover vg']);
  await create(world, all, 'meanwhile');
  await on(world, all, (ctx) => recover(ctx, { from: [], without: [] }));
  assert.equal(await volumesOf(world), { vg: ['meanwhile', 'v0', 'v1', 'v2', 'v3'] });
});

test('a group all of whose devices are on their way is no more', async () => {
  const world = await twoGroups();
  await edit(world, all, 'lv_rename', 'v0', 'v2');
  const cut = new Error('cut off');
  const stopped = on(world, all, (ctx) => merge({ ...ctx, handOver: () => Promise.reject(cut) }, 'vg', false));
  assert.is(await thrown(() => stopped), cut);
  const e = await thrown<DvmError>(() => on(world, all, (ctx) => activate(ctx, ['--none'], false, false)));
  assert.equal([e.code, e.exitCode, e.hint], ['handed-over', 80, 'to take them in there: discover vg | tm recover vg']);
  world.group = 'vg';
  await on(world, all, (ctx) => recover(ctx, { from: [], without: [] }));
  assert.equal(await volumesOf(world), { vg: ['v0', 'v1', 'v2', 'v3'] });
});

test.run();
