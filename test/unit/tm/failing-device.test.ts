import { assert, suite, thrown } from '#test/support/check.js';
import type { DiskOp } from '#test/support/disk.js';
import { create, follow, groupOf, on, regionAt, spoil, verified, volumes } from '#test/support/tm-recovery.js';
import { pathOf, pvOf, TmWorld } from '#test/support/tm-world.js';
import { init } from '#tm/members.js';
import { recover } from '#tm/recover.js';
import { update } from '#tm/update.js';
import { verify } from '#tm/verify.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('a device that fails during an update');
const all = [0, 1, 2];

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
  assert.equal([e.code, e.exit], ['prepare-failed', 'io']);
  assert.match(e.hint ?? '', 'see to the device and try again, or go on without it: discover vg | tm recover vg --without');
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

for (const [what, kinds] of [
  ['read', ['read', 'write', 'settle', 'flush']],
  ['written', ['write', 'settle', 'flush']],
] as const)
  test(`its regions cannot be ${what}: the group goes on without it, as the hint says, and takes it back`, async () => {
    const world = await groupOf(3);
    const ofRegion = ({ offset }: { offset: number }): boolean => offset >= regionAt && offset < regionAt + (1024 << 9);
    world.disks.fault = (op) =>
      op.disk === pathOf(1) && kinds.some((k) => k === op.kind) && (op.kind === 'flush' || op.kind === 'settle' || ofRegion(op));
    const e = await thrown<DvmError>(() => create(world, all, 'a'));
    assert.is(e.code, what === 'read' ? 'region-unreadable' : 'prepare-failed');
    const done = await follow(world, all, e.hint);
    assert.equal([done.committed, done.degraded], [true, undefined]);
    await create(world, all, 'b');
    const found = await verified(world, all);
    assert.equal([found.state, found.exit], ['degraded', 85]);
    const tried = await follow(world, all, found.remedies[0]?.command);
    assert.equal([tried.changed, tried.degraded], [false, undefined], 'it fails still, and the group goes on');
    world.disks.fault = undefined;
    await follow(world, all, found.remedies[0]?.command);
    assert.is((await verified(world, all, true)).state, 'ok');
    assert.equal(await volumes(world, [1]), ['b', 'v0', 'v1', 'v2']);
  });

test('an interrupted change that cannot be finished on it: named, and gone on without it', async () => {
  const world = await made();
  const failing = (write: DiskOp & { kind: 'write' }): boolean => isSuperblock(write) && ++superblocks > 1;
  let superblocks = 0;
  await createWhile(world, failing);
  const e = await thrown<DvmError>(() => on(world, all, (ctx) => recover(ctx, { without: [], from: [] })));
  assert.equal([e.code, e.exit], ['recover-failed', 'io']);
  assert.match(e.message, /^1 regions could not be rolled forward$/);
  await follow(world, all, e.hint);
  assert.is(await state(world), 'degraded');
  world.disks.fault = undefined;
  await on(world, all, (ctx) => recover(ctx, { without: [], from: [] }));
  assert.is((await verified(world, all, true)).state, 'ok');
});

test('one that cannot be mended is named, the others are mended', async () => {
  const world = await groupOf(3);
  for (const device of [1, 2]) for (const slot of [0, 1]) spoil(world, device, slot);
  world.disks.fault = (op) => op.disk === pathOf(1) && op.kind === 'write';
  const notes: string[] = [];
  const done = await on(world, all, (ctx) =>
    recover({ ...ctx, note: (line) => void notes.push(line) }, { without: [], from: [] }),
  );
  assert.equal([done.changed, done.degraded], [true, [pvOf(1)]]);
  assert.ok(notes.some((n) => n.includes(`region ${pathOf(1)}:2048+1024 of PV ${pvOf(1)} cannot be mended: `)));
  const found = await verified(world, all);
  assert.equal([found.state, found.regions.map((r) => r.standing)], ['out-of-sync', ['current', 'unusable', 'current']]);
});

test.run();
