import { openDevice } from '#blockdev/device.js';
import type { Devices } from '#documents/devices.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { image, inTmp } from '#test/support/loop.js';
import { groupId, pathOf, pvOf, TmWorld } from '#test/support/tm-world.js';
import { load } from '#tm/context.js';
import { destroy, expand, init, rename } from '#tm/members.js';
import { checkLabels } from '#tm/open.js';
import { update } from '#tm/update.js';
import { verify } from '#tm/verify.js';
import { type DvmError, fail } from '#tool/errors.js';

const test = suite('tm members');
const vgCreate = [['vg_create']];
const vgRemove = [['vg_remove']];

async function made(): Promise<TmWorld> {
  const world = new TmWorld(2);
  await init(await world.context([0, 1]), vgCreate, false);
  return world;
}

/** Spoils both superblocks of a device's region. */
function spoil(world: TmWorld, device: number): void {
  const disk = world.disks.image(pathOf(device));
  for (const block of [0, 1]) disk.fill(7, 2048 * 512 + block * 4096 + 100, 2048 * 512 + block * 4096 + 120);
}

test('init of a group that has metadata leads to expand, not to destroy', async () => {
  const world = await made();
  const e = await thrown<DvmError>(async () => init(await world.context([0, 1]), vgCreate, false));
  assert.equal([e.code, e.exitCode], ['already-initialised', 81]);
  assert.match(e.hint ?? '', 'tm expand');
});

test('init where a region cannot be told blank is refused as such', async () => {
  const world = await made();
  spoil(world, 1);
  const e = await thrown<DvmError>(async () => init(await world.context([1]), vgCreate, false));
  assert.equal([e.code, e.exitCode], ['region-unusable', 84]);
  assert.match(e.message, 'is damaged: whether group "vg" is new is unknown');
});

test('destroy can be repeated; on a group without metadata it says that it already was so', async () => {
  const world = await made();
  assert.is((await destroy(await world.context([0, 1]), vgRemove)).changed, true);
  assert.is((await destroy(await world.context([0, 1]), vgRemove)).changed, false);
});

test('verify calls a group empty only when it is known to be', async () => {
  const world = new TmWorld(2);
  assert.is((await verify(await world.context([0, 1]))).verification.state, 'empty');
  await init(await world.context([0, 1]), vgCreate, false);
  for (const device of [0, 1]) spoil(world, device);
  assert.is((await verify(await world.context([0, 1]))).verification.state, 'damaged');
});

test('a group does not take the name of another', async () => {
  const world = await made();
  const ctx = await world.context([0, 1]);
  const refuseTakenName = async (name: string) => {
    throw fail('exists', 'name-taken', name);
  };
  const e = await thrown<DvmError>(() => rename({ ...ctx, refuseTakenName }, 'other', false));
  assert.is(e.code, 'name-taken');
  assert.is((await rename(await world.context([0, 1]), 'new', false)).kind, 'transaction');
});

test('a group does not take a name that is too long with that of a volume, active or not', async () => {
  const world = await made();
  await update(await world.context([0, 1]), {
    stages: [['lv_create', 'data', '--extents', '1']],
    dryRun: false,
    selection: [],
    wipe: 'blank' as const,
  });
  const ctx = await world.context([0, 1]);
  const e = await thrown<DvmError>(() => rename({ ...ctx, activation: undefined }, 'g'.repeat(125), false));
  assert.equal([e.code, e.exitCode], ['bad-metadata', 65]);
  assert.match(e.message, 'longer than 127 bytes');
});

test('the ends of a new volume are zeroed before anything is written; if that fails, nothing has changed', async () => {
  const world = await made();
  const request = (name: string, wipe: 'all' | 'blank') => ({
    stages: [['lv_create', name, '--extents', '10']],
    dryRun: false,
    selection: [],
    wipe,
  });
  const ctx = await world.context([0, 1]);
  const zero = async () => {
    throw fail('io', 'io-error', 'write failed');
  };
  assert.is((await thrown<DvmError>(() => update({ ...ctx, zero }, request('a', 'all')))).code, 'io-error');
  assert.equal((await load(await world.context([0, 1]))).group.envelope.seqno, 1);
  await update(await world.context([0, 1]), request('a', 'all'));
  assert.equal(
    world.zeroed.map((r) => r.length),
    [2048, 2048],
  );
  await update(await world.context([0, 1]), request('b', 'blank'));
  assert.is(world.zeroed.length, 2);
});

test('a device that the group has got since discover looked is told from one that is missing', async () => {
  const world = new TmWorld(3);
  await init(await world.context([0, 1]), vgCreate, false);
  await expand(await world.context([0, 1, 2]), [['pv_add']], false);
  const ctx = await world.context([0, 1]);
  const edit = { stages: [['lv_create', 'data', '--extents', '1']], dryRun: false, selection: [] };
  assert.is((await thrown<DvmError>(() => update(ctx, edit))).code, 'missing-devices');
  const before = { ...ctx, devices: { ...ctx.devices, missing: {} } };
  const e = await thrown<DvmError>(() => update(before, edit));
  assert.equal([e.code, e.exitCode], ['stale-devices', 84]);
});

test('a path that leads to another device than discover saw is stale', () =>
  inTmp(async (dir) => {
    const path = image(`${dir}/disk`, 8 << 20);
    const devices: Devices = {
      kind: 'devices',
      version: 1,
      group: { id: groupId, name: 'vg' },
      devices: { [pvOf(0)]: { path, dev: '8:0', size: 16384, blockSize: 512, regions: [] } },
      missing: {},
      problems: [],
    };
    const e = await thrown<DvmError>(() => checkLabels(devices, openDevice));
    assert.equal([e.code, e.message], ['stale-devices', `device "${path}" is now a file, and was 8:0`]);
  }));

test.run();
