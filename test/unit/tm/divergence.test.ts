import { assert, suite, thrown } from '#test/support/check.js';
import { create, follow, groupOf, namesIn, on, verified, volumes } from '#test/support/tm-recovery.js';
import { pvOf, type TmWorld } from '#test/support/tm-world.js';
import { compare } from '#tm/history.js';
import { read } from '#tm/read.js';
import { recover } from '#tm/recover.js';
import { readVersion } from '#tm/versions.js';
import type { DvmError } from '#tool/errors.js';

/** Halves of a group that went on without each other: refused, both described, resolved by naming one. */
const test = suite('tm divergence');
const all = [0, 1, 2, 3];
const [left, right] = [
  [0, 1],
  [2, 3],
];

/** Each half went on alone: the left one made two volumes, the right one made one. */
async function halved(): Promise<TmWorld> {
  const world = await groupOf(4);
  const alone = (here: number[], away: number[]) => on(world, here, (ctx) => recover(ctx, { from: [], without: away.map(pvOf) }));
  await alone(left, right);
  for (const name of ['left', 'left2']) await create(world, left, name);
  await alone(right, left);
  await create(world, right, 'right');
  return world;
}

test('everything that needs one version is refused; verify describes both sides', async () => {
  const world = await halved();
  const found = await verified(world, all);
  assert.equal([found.state, found.exit, found.txn, found.seqno], ['diverged', 84, null, null]);
  const sides = (found.sides ?? []).toSorted((a, b) => (a.pvs.join() < b.pvs.join() ? -1 : 1));
  assert.equal(
    sides.map((s) => [s.seqno, s.pvs, s.without, s.host]),
    [
      [8, left.map(pvOf), right.map(pvOf), 'test'],
      [7, right.map(pvOf), left.map(pvOf), 'test'],
    ],
  );
  for (const s of sides) assert.match(s.time ?? '', /^2023-/);
  assert.ok(found.regions.every((r) => r.standing === 'diverged'));
  for (const refused of [
    () => create(world, all, 'x'),
    () => on(world, all, (ctx) => read(ctx, true)),
    () => on(world, all, (ctx) => recover(ctx, { from: [], without: [] })),
    () => on(world, all, (ctx) => readVersion(ctx, '6')),
  ]) {
    const e = await thrown<DvmError>(refused);
    assert.equal([e.code, e.exitCode], ['diverged', 84]);
    assert.equal((e.details as { sides: object[] }).sides, found.sides);
  }
});

test('the sides can be read and compared, as the hint says', async () => {
  const world = await halved();
  const { hint } = await thrown<DvmError>(() => create(world, all, 'x'));
  const [, from = '', to = ''] = /compare them \(discover vg \| tm diff vg (\S+) (\S+)\)/.exec(hint ?? '') ?? [];
  const { changes } = await on(world, all, (ctx) => compare(ctx, from, to));
  const names = changes.flatMap(({ before, after }) => [before, after].map((lv) => (lv as { name?: string } | null)?.name));
  assert.equal(names.filter((n) => n !== undefined).sort(), ['left', 'left2', 'right']);
  const { sides = [] } = await verified(world, all);
  for (const { txn } of sides) {
    const group = await on(world, all, (ctx) => readVersion(ctx, txn));
    assert.ok(['v0', 'v1', 'v2', 'v3'].every((name) => namesIn(group).includes(name)));
  }
});

for (const [side, added] of [
  [left, ['left', 'left2']],
  [right, ['right']],
] as const)
  test(`the side of ${side.map(pvOf).map((pv) => pv[0])} is kept when it is named`, async () => {
    const world = await halved();
    const { remedies } = await verified(world, all);
    assert.is(remedies.length, 2);
    const keep = remedies.find((r) => r.command.includes(`--from ${pvOf(side[0] as number)}`));
    await follow(world, all, keep?.command);
    const found = await verified(world, all, true);
    assert.equal([found.state, found.exit], ['ok', 0]);
    assert.equal(await volumes(world, all), [...added, 'v0', 'v1', 'v2', 'v3'].sort());
    await create(world, all, 'after');
  });

test('the hint of the error is one of them', async () => {
  const world = await halved();
  await follow(world, all, (await thrown<DvmError>(() => create(world, all, 'x'))).hint);
  assert.is((await verified(world, all)).state, 'ok');
});

test('devices of both sides do not name one', async () => {
  const world = await halved();
  const e = await thrown<DvmError>(() => on(world, all, (ctx) => recover(ctx, { from: [pvOf(0), pvOf(2)], without: [] })));
  assert.equal([e.code, e.exitCode], ['bad-subset', 84]);
  assert.is(e.hint, 'which belong together says discover vg | tm verify vg');
  assert.is((await verified(world, all)).state, 'diverged');
});

test('each half alone is what it was', async () => {
  const world = await halved();
  assert.equal(await volumes(world, left), ['left', 'left2', 'v0', 'v1', 'v2', 'v3']);
  assert.equal(await volumes(world, right), ['right', 'v0', 'v1', 'v2', 'v3']);
  assert.equal([(await verified(world, left)).exit, (await verified(world, right)).exit], [85, 85]);
});

test('three parts that went apart', async () => {
  const world = await groupOf(3);
  for (const i of [0, 1, 2]) {
    const others = [0, 1, 2].filter((n) => n !== i).map(pvOf);
    await on(world, [i], (ctx) => recover(ctx, { from: [], without: others }));
    await create(world, [i], `only${i}`);
  }
  const found = await verified(world, [0, 1, 2]);
  assert.equal([found.state, found.sides?.length, found.remedies.length], ['diverged', 3, 3]);
  await follow(world, [0, 1, 2], found.remedies[1]?.command);
  assert.is((await verified(world, [0, 1, 2], true)).state, 'ok');
  assert.is((await volumes(world, [0, 1, 2])).length, 4);
});

test.run();
