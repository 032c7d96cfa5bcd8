import { assert, suite, thrown } from '#test/support/check.js';
import { create, groupOf, on, spoil, superblockOf, verified, volumes } from '#test/support/tm-recovery.js';
import { pathOf, pvOf, type TmWorld } from '#test/support/tm-world.js';
import { read } from '#tm/read.js';
import { recover } from '#tm/recover.js';
import type { DvmError } from '#tool/errors.js';

/** Superblocks, tables and pages that rot: found, named, mended from the other copies. */
const test = suite('tm damage');
const all = [0, 1, 2];
const were = ['a', 'b', 'v0', 'v1', 'v2'];

async function made(): Promise<TmWorld> {
  const world = await groupOf(3);
  for (const name of ['a', 'b']) await create(world, all, name);
  return world;
}

const mend = (world: TmWorld) => on(world, all, (ctx) => recover(ctx, { from: [], without: [] }));

/** The block that begins a version's content, as far as it is a page of its own. */
function pageOf(world: TmWorld, device: number): number {
  const at = world.disks.image(pathOf(device)).indexOf(`"txn":"${superblockOf(world, device).active.txn}"`);
  return Math.floor(at / 4096) - 256;
}

test('both superblocks of a region: it cannot be used, and is made anew', async () => {
  const world = await made();
  for (const slot of [0, 1]) spoil(world, 1, slot);
  const found = await verified(world, all);
  assert.equal([found.state, found.exit], ['out-of-sync', 84]);
  const copy = found.regions.find((r) => r.pv === pvOf(1));
  assert.equal([copy?.standing, copy?.state, copy?.slots], ['unusable', 'damaged', ['damaged', 'damaged']]);
  assert.match(copy?.error ?? '', 'is damaged: superblock 0');
  assert.equal(await on(world, all, (ctx) => read(ctx, true)).then((g) => g.envelope.seqno), 6);
  assert.is((await thrown<DvmError>(() => create(world, all, 'x'))).code, 'out-of-sync');
  const done = await mend(world);
  assert.equal([done.changed, done.committed, done.degraded], [true, false, undefined]);
  assert.is((await verified(world, all, true)).state, 'ok');
  assert.equal(await volumes(world, [1]), were);
});

test('the older superblock of a region: all is well, it is told, and written anew', async () => {
  const world = await made();
  const older = (superblockOf(world, 1).sequence + 1) % 2;
  spoil(world, 1, older);
  const found = await verified(world, all);
  assert.equal([found.state, found.exit], ['ok', 0]);
  const copy = found.regions.find((r) => r.pv === pvOf(1));
  assert.equal([copy?.standing, copy?.slots[older]], ['current', 'damaged']);
  assert.is(found.remedies[0]?.command, 'discover vg | tm recover vg');
  assert.is((await mend(world)).changed, true);
  const mended = await verified(world, all);
  assert.equal([mended.regions.map((r) => r.slots.join()), mended.remedies], [Array(3).fill('valid,valid'), []]);
});

test('the newer superblock of a region, after the commit: it rolls forward again', async () => {
  const world = await made();
  spoil(world, 1, superblockOf(world, 1).sequence % 2);
  const found = await verified(world, all);
  assert.equal([found.state, found.exit], ['interrupted', 86]);
  assert.is(found.regions.find((r) => r.pv === pvOf(1))?.standing, 'to-commit');
  await create(world, all, 'c');
  assert.is((await verified(world, all, true)).state, 'ok');
  assert.equal(await volumes(world, [1]), [...were, 'c'].sort());
});

for (const [what, blockOf] of [
  ['table', (world: TmWorld, device: number) => superblockOf(world, device).active.block],
  ['page', pageOf],
] as const) {
  test(`a ${what} in one region: found by reading it whole, mended from another`, async () => {
    const world = await made();
    spoil(world, 1, blockOf(world, 1));
    assert.is((await verified(world, all)).state, 'ok', 'only superblocks of the others are read');
    const found = await verified(world, all, true);
    assert.equal([found.state, found.exit, found.full], ['out-of-sync', 84, true]);
    const copy = found.regions.find((r) => r.pv === pvOf(1));
    assert.equal([copy?.standing, copy?.state], ['unusable', 'damaged']);
    assert.match(copy?.error ?? '', `region "${pathOf(1)}:2048+1024" is damaged: `);
    assert.equal(
      found.regions.filter((r) => r.standing === 'current').map((r) => r.pv),
      [pvOf(0), pvOf(2)],
    );
    await mend(world);
    assert.is((await verified(world, all, true)).state, 'ok');
    assert.equal(await volumes(world, [1]), were);
  });

  test(`a ${what} in the region that is read first: told at once, and another is read`, async () => {
    const world = await made();
    spoil(world, 0, blockOf(world, 0));
    const found = await verified(world, all);
    assert.is(found.regions.find((r) => r.pv === pvOf(0))?.standing, 'unusable');
    assert.equal(await volumes(world, all), were);
    await mend(world);
    assert.is((await verified(world, all, true)).state, 'ok');
  });

  test(`a ${what} in every region: nothing is whole, and nothing is touched`, async () => {
    const world = await made();
    for (const i of all) spoil(world, i, blockOf(world, i));
    const found = await verified(world, all);
    assert.equal([found.state, found.exit, found.remedies], ['damaged', 84, []]);
    assert.ok(found.regions.every((r) => r.standing === 'unusable' && r.error !== null));
    const before = all.map((i) => world.disks.image(pathOf(i)).copy());
    const e = await thrown<DvmError>(() => mend(world));
    assert.equal([e.code, e.exitCode], ['region-damaged', 74]);
    for (const i of all)
      assert.ok(world.disks.image(pathOf(i)).equals(before[i] ?? world.disks.image(pathOf(0))), 'not a byte was written');
  });
}

test('an older copy never counts because the newer ones are damaged', async () => {
  const world = await made();
  const old = world.disks.image(pathOf(2)).copy();
  await create(world, all, 'c');
  world.disks.put(pathOf(2), old);
  for (const i of [0, 1]) spoil(world, i, superblockOf(world, i).active.block);
  assert.is((await verified(world, all, true)).state, 'damaged');
  assert.is((await thrown<DvmError>(() => mend(world))).code, 'region-damaged');
  assert.is(superblockOf(world, 2).active.txn, (await verified(world, [2])).txn, 'it was not copied over them');
});

test('several regions at once, each in its way', async () => {
  const world = await groupOf(4);
  spoil(world, 1, 0);
  spoil(world, 1, 1);
  spoil(world, 2, superblockOf(world, 2).active.block);
  world.disks.image(pathOf(3)).fill(0, 2048 * 512, (2048 + 1024) * 512);
  const four = [0, 1, 2, 3];
  const found = await verified(world, four, true);
  assert.equal(
    found.regions.map((r) => [r.standing, r.state]),
    [
      ['current', 'active'],
      ['unusable', 'damaged'],
      ['unusable', 'damaged'],
      ['unusable', 'blank'],
    ],
  );
  await on(world, four, (ctx) => recover(ctx, { from: [], without: [] }));
  assert.is((await verified(world, four, true)).state, 'ok');
});

test.run();
