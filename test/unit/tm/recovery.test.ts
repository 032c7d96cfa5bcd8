import { assert, suite, thrown } from '#test/support/check.js';
import { create, edit, follow, groupOf, on, verified, volumes } from '#test/support/tm-recovery.js';
import { pathOf, pvOf } from '#test/support/tm-world.js';
import { expand } from '#tm/members.js';
import { read } from '#tm/read.js';
import { recover } from '#tm/recover.js';
import { reduce } from '#tm/reduce.js';
import type { DvmError } from '#tool/errors.js';

/** Devices that are missing, that return, that are replaced. Every hint is followed; no volume is ever dropped. */
const test = suite('tm recovery');
const all = [0, 1, 2, 3];
const were = ['v0', 'v1', 'v2', 'v3'];

for (const lost of [[3], [2, 3], [1, 2, 3]])
  test(`${lost.length} of 4 devices are missing, and return`, async () => {
    const world = await groupOf(4);
    const there = all.filter((i) => !lost.includes(i));
    const found = await verified(world, there);
    assert.equal([found.state, found.exit, found.seqno], ['missing', 84, 5]);
    assert.equal(
      found.missing.toSorted((a, b) => (a.pv < b.pv ? -1 : 1)),
      lost.map((i) => ({ pv: pvOf(i), lastPath: pathOf(i), accepted: false })),
    );
    for (const refused of [() => on(world, there, (ctx) => read(ctx, false)), () => create(world, there, 'x')]) {
      const e = await thrown<DvmError>(refused);
      assert.equal([e.code, e.exitCode], ['missing-devices', 84]);
      assert.is(e.hint, `bring them back, or go on without them: ${found.remedies[0]?.command}`);
    }
    assert.is((await on(world, there, (ctx) => read(ctx, true))).envelope.seqno, 5);
    const done = await follow(world, there, found.remedies[0]?.command);
    assert.equal([done.committed, done.seqno, done.degraded], [true, 6, undefined]);
    await create(world, there, 'meanwhile');
    const without = await verified(world, there);
    assert.equal([without.state, without.exit, without.missing.every((m) => m.accepted)], ['degraded', 85, true]);
    assert.equal(await volumes(world, there), ['meanwhile', ...were]);

    const back = await verified(world, all);
    assert.equal([back.state, back.missing], ['degraded', []]);
    assert.equal(
      back.regions.filter((r) => r.standing === 'behind').map((r) => r.pv),
      lost.map(pvOf),
    );
    await create(world, all, 'still');
    await follow(world, all, back.remedies[0]?.command);
    const whole = await verified(world, all, true);
    assert.equal([whole.state, whole.exit, whole.remedies], ['ok', 0, []]);
    assert.equal(await volumes(world, lost), ['meanwhile', 'still', ...were]);
  });

test('who was away for longer than anybody remembers versions is behind all the same', async () => {
  const world = await groupOf(4);
  await on(world, [0, 1, 2], (ctx) => recover(ctx, { from: [], without: [pvOf(3)] }));
  for (let n = 0; n < 60; n++) await edit(world, [0, 1, 2], 'vg_set', n % 2 ? '--del-tag' : '--add-tag', 'x');
  const back = await verified(world, all);
  assert.is(back.state, 'degraded');
  assert.is(back.regions.find((r) => r.pv === pvOf(3))?.standing, 'behind');
  await follow(world, all, back.remedies[0]?.command);
  assert.is((await verified(world, all)).state, 'ok');
});

test('one that was cut off in the middle of a commit is behind too, after as long', async () => {
  const world = await groupOf(2);
  const writes: number[] = [];
  const ctx = await world.context();
  world.disks.fault = (op) => op.kind === 'write' && op.disk === pathOf(1) && writes.push(op.offset) > 2; // prepared, not flipped
  const { update } = await import('#tm/update.js');
  await update({ ...ctx, activation: undefined }, { stages: [['vg_set', '--add-tag', 'y']], dryRun: false, selection: [] });
  world.disks.fault = undefined;
  await on(world, [0], (c) => recover(c, { from: [], without: [pvOf(1)] }));
  for (let n = 0; n < 60; n++) await edit(world, [0], 'vg_set', n % 2 ? '--del-tag' : '--add-tag', 'x');
  assert.is((await verified(world, [0, 1])).state, 'degraded');
  await on(world, [0, 1], (c) => recover(c, { from: [], without: [] }));
  assert.is((await verified(world, [0, 1], true)).state, 'ok');
});

test('a device that comes back with an older state, unannounced, is brought up', async () => {
  const world = await groupOf(3);
  const old = world.disks.image(pathOf(2)).copy();
  for (const name of ['a', 'b', 'c']) await create(world, [0, 1, 2], name);
  world.disks.put(pathOf(2), old);
  const found = await verified(world, [0, 1, 2]);
  assert.equal([found.state, found.regions.map((r) => r.standing)], ['out-of-sync', ['current', 'current', 'behind']]);
  const e = await thrown<DvmError>(() => create(world, [0, 1, 2], 'd'));
  assert.is(e.code, 'out-of-sync');
  await follow(world, [0, 1, 2], e.hint);
  assert.is((await verified(world, [0, 1, 2])).state, 'ok');
  assert.equal(await volumes(world, [2]), ['a', 'b', 'c', 'v0', 'v1', 'v2']);
});

test('only the older device is there: its state is shown for what it is, and nothing goes on by itself', async () => {
  const world = await groupOf(2);
  const old = world.disks.image(pathOf(1)).copy();
  await create(world, [0, 1], 'a');
  world.disks.put(pathOf(1), old);
  const found = await verified(world, [1]);
  assert.equal([found.state, found.missing.map((m) => m.pv)], ['missing', [pvOf(0)]]);
  assert.is((await thrown<DvmError>(() => create(world, [1], 'b'))).code, 'missing-devices');
  await on(world, [1], (ctx) => recover(ctx, { from: [], without: [] }));
  assert.is((await verified(world, [1])).state, 'missing', 'recover alone does not go on without a device');
  await on(world, [0, 1], (ctx) => recover(ctx, { from: [], without: [] }));
  assert.equal(await volumes(world, [0, 1]), ['a', 'v0', 'v1']);
});

test('a device is replaced: the volumes on the old one stay until they are removed, then it leaves', async () => {
  const world = await groupOf(4, 3);
  const there = [0, 1, 3];
  await on(world, [0, 1], (ctx) => recover(ctx, { from: [], without: [pathOf(2)] }));
  await on(world, there, (ctx) => expand(ctx, [['pv_add']], false));
  const leave = () =>
    on(world, there, (ctx) => reduce(ctx, { names: [pvOf(2)], stages: [['pv_remove', pvOf(2)]], dryRun: false }));
  const e = await thrown<DvmError>(leave);
  assert.is(e.exitCode, 83);
  assert.match(e.message, 'v2');
  assert.equal(await volumes(world, there), ['v0', 'v1', 'v2']);
  await edit(world, there, 'lv_remove', 'v2');
  await leave();
  const found = await verified(world, there);
  assert.equal([found.state, found.exit, found.missing], ['ok', 0, []]);

  for (let n = 0; n < 60; n++) await edit(world, there, 'vg_set', n % 2 ? '--del-tag' : '--add-tag', 'x');
  const back = await verified(world, all);
  assert.is(back.regions.find((r) => r.pv === pvOf(2))?.standing, 'not-a-member', 'the old one has no say');
  await create(world, all, 'a');
  await on(world, all, (ctx) => recover(ctx, { from: [], without: [] }));
  await on(world, all, (ctx) => expand(ctx, [['pv_add']], false));
  assert.is((await verified(world, all, true)).state, 'ok');
});

test('a device that is there and well is not gone on without', async () => {
  const world = await groupOf(3);
  const go = (present: number[], pv: string) => on(world, present, (ctx) => recover(ctx, { from: [], without: [pv] }));
  const e = await thrown<DvmError>(() => go([0, 1, 2], pathOf(2)));
  assert.equal([e.code, e.exitCode, e.hint], ['not-missing', 64, 'what is wrong says discover vg | tm verify vg']);
  const other = await thrown<DvmError>(() => go([0, 1], pvOf(1)));
  assert.is(other.hint, `missing are: ${pvOf(2)}`);
  assert.is((await thrown<DvmError>(() => go([0, 1], '/dev/none'))).code, 'no-pv');
  assert.is((await verified(world, [0, 1, 2])).state, 'ok');
});

test.run();
