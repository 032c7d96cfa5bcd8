import { assert, suite, thrown } from '#test/support/check.js';
import type { DiskOp } from '#test/support/disk.js';
import { pathOf, pvOf, TmWorld } from '#test/support/tm-world.js';
import { init } from '#tm/members.js';
import { recover } from '#tm/recover.js';
import { update } from '#tm/update.js';
import { verify } from '#tm/verify.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('a device that fails during an update');

async function made(): Promise<TmWorld> {
  const world = new TmWorld(3);
  await init(await world.context(), [['vg_create']], false);
  return world;
}

/** Creates an active volume while every write of device 1 fails that `when` is true for. */
async function createWhile(world: TmWorld, when: (write: DiskOp & { kind: 'write' }) => boolean) {
  const context = await world.context();
  world.disks.fault = (op) => op.kind === 'write' && op.disk === pathOf(1) && when(op);
  return update(context, { stages: [['lv_create', 'a', '--extents', '2']], dryRun: false, selection: [] });
}

/** The two superblocks lie at the beginning of the region. */
const isSuperblock = ({ offset }: { offset: number }): boolean => offset < 2048 * 512 + 8192;

async function state(world: TmWorld): Promise<string> {
  return (await verify(await world.context())).verification.state;
}

test('before its superblock is written: nothing has changed, and nothing is left to do', async () => {
  const world = await made();
  const e = await thrown<DvmError>(() => createWhile(world, (write) => !isSuperblock(write)));
  assert.equal([e.code, e.exit, e.hint], ['prepare-failed', 'io', 'see to that device and try again']);
  assert.match(e.message, /^1 of 3 regions could not be prepared: .*; nothing was changed$/);
  world.disks.fault = undefined;
  assert.is(await state(world), 'ok');
});

test('while its superblock is written: it may hold the version, which recover sees to', async () => {
  const world = await made();
  const e = await thrown<DvmError>(() => createWhile(world, isSuperblock));
  assert.equal([e.code, e.exit], ['rollback-failed', 'pending']);
  world.disks.fault = undefined;
  await recover(await world.context(), { without: [], from: [] });
  assert.is(await state(world), 'ok');
});

test('in the commit: committed and active, degraded, and recover brings it up', async () => {
  const world = await made();
  let superblocks = 0;
  const result = await createWhile(world, (write) => isSuperblock(write) && ++superblocks > 1);
  assert.equal('degraded' in result && result.degraded, [pvOf(1)]);
  assert.is(world.kernel.list().length, 1);
  world.disks.fault = undefined;
  assert.is(await state(world), 'interrupted');
  await recover(await world.context(), { without: [], from: [] });
  assert.is(await state(world), 'ok');
});

test.run();
