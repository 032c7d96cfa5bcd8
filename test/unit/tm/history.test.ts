import { dump } from '#dm/dump.js';
import type { Group } from '#documents/group.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { TmWorld } from '#test/support/tm-world.js';
import type { Context } from '#tm/context.js';
import { compare, history } from '#tm/history.js';
import { init } from '#tm/members.js';
import type { DryRun, Outcome } from '#tm/outcome.js';
import { recover } from '#tm/recover.js';
import { rollback } from '#tm/rollback.js';
import { update } from '#tm/update.js';
import { findVersion, type Lineage, readVersion } from '#tm/versions.js';
import type { DvmError } from '#tool/errors.js';

/** Earlier versions: listed, named, compared, gone back to. */
const test = suite('tm history');

async function run<T>(world: TmWorld, work: (ctx: Context) => Promise<T>, present = [0, 1]): Promise<T> {
  const ctx = await world.context(present);
  try {
    return await work(ctx);
  } finally {
    await ctx.store.close();
  }
}

const edit = (world: TmWorld, ...words: string[]) =>
  run(world, (ctx) => update(ctx, { stages: [words], dryRun: false, selection: [] }));
const back = (world: TmWorld, version: string, force = false) =>
  run(world, (ctx) => rollback(ctx, version, force, false)) as Promise<Outcome>;
const at = (world: TmWorld, version: string) => run(world, (ctx) => readVersion(ctx, version));
const volumes = (group: Group) => Object.values((group.metadata as { lvs: Record<string, { name: string }> }).lvs);
const namesAt = async (world: TmWorld, version: string) =>
  volumes(await at(world, version))
    .map((lv) => lv.name)
    .sort();

/** Versions 1: empty, 2: a, 3: a and b, 4: b. */
async function made(): Promise<TmWorld> {
  const world = new TmWorld(2);
  await run(world, (ctx) => init(ctx, [['vg_create']], false));
  await edit(world, 'lv_create', 'a', '--extents', '4');
  await edit(world, 'lv_create', 'b', '--extents', '3');
  await edit(world, 'lv_remove', 'a');
  return world;
}

test('history tells number, id, parent, time, length, host and copies of every version', async () => {
  const world = await made();
  const { versions, ...rest } = await run(world, history);
  assert.is(rest.group.name, 'vg');
  assert.equal(
    versions.map((v) => [v.seqno, v.host, v.copies]),
    [4, 3, 2, 1].map((n) => [n, 'test', 2]),
  );
  for (const [i, v] of versions.entries()) {
    const { envelope } = await at(world, v.txn);
    assert.equal([v.seqno, v.txn, v.parent, v.time], [envelope.seqno, envelope.txn, envelope.parent, envelope.time]);
    assert.is(v.parent, versions[i + 1]?.txn ?? '0'.repeat(32));
    assert.ok(v.length > 300);
  }
});

test('a copy that was away has fewer versions; one whose pages are damaged loses its host only', async () => {
  const world = await made();
  const before = await run(world, history);
  const images = [0, 1].map((i) => world.disks.image(`/sim/${i}`));
  const old = before.versions[1]?.txn ?? '';
  const at = images.map((image) => image.indexOf(`"txn":"${old}"`));
  assert.ok(at.every((a) => a > 0));
  for (const [i, image] of images.entries()) image.fill(0, at[i] as number, (at[i] as number) + 8);
  const after = await run(world, history);
  assert.is(after.versions[1]?.host, null);
  assert.equal(
    after.versions.map((v) => v.seqno),
    [4, 3, 2, 1],
  );
});

test('a version is named by current, -1, its number or the beginning of its id', async () => {
  const world = await made();
  const { versions } = await run(world, history);
  for (const [name, expected] of [
    ['current', ['b']],
    ['-1', ['a', 'b']],
    ['-3', []],
    ['2', ['a']],
    [versions[1]?.txn ?? '', ['a', 'b']],
    [(versions[2]?.txn ?? '').slice(0, 10), ['a']],
  ] as const)
    assert.equal(await namesAt(world, name), expected, name);
  for (const [name, code, exit] of [
    ['-4', 'no-version', 80],
    ['5', 'no-version', 80],
    ['ffffffffff', 'no-version', 80],
    ['yesterday', 'bad-version', 64],
    ['', 'bad-version', 64],
  ] as const) {
    const e = await thrown<DvmError>(() => at(world, name));
    assert.equal([e.code, e.exitCode], [code, exit], name);
  }
});

test('the beginning of two ids is ambiguous; digits alone are never taken for one', () => {
  const versions = ['abcd0', 'abcd1', '12345', '1234567890'].map((txn, i) => ({ txn, seqno: 9 - i })) as Lineage['versions'];
  const find = (text: string) => findVersion({ group: 'vg', copy: undefined as never, versions }, text);
  assert.throws(() => find('abcd'), /"abcd" begins 2 transaction ids/);
  assert.is(find('abcd1'), 1);
  assert.is(find('12345678'), 3);
  for (const [text, message] of [
    ['1234', /no region holds version "1234"/],
    ['abc', /"abc" names no version/],
  ] as const)
    assert.throws(() => find(text), message);
});

test('by its id also a version that only a copy which is behind still has', async () => {
  const world = await made();
  for (let n = 0; n < 10; n++) await edit(world, 'vg_set', '--add-tag', `t${n}`);
  const away = world.disks.image('/sim/1').copy();
  const first = (await run(world, history)).versions.at(-1)?.txn ?? '';
  let oldest = 1;
  for (let n = 0; oldest === 1; n++) {
    await edit(world, 'vg_set', n % 2 ? '--del-tag' : '--add-tag', 'x');
    oldest = (await run(world, history)).versions.at(-1)?.seqno ?? 0;
  }
  assert.ok(oldest <= 14, 'the version of the copy that was away is remembered');
  world.disks.put('/sim/1', away);
  assert.equal(await namesAt(world, first), []);
  assert.is((await thrown<DvmError>(() => run(world, (ctx) => compare(ctx, '1', 'current')))).code, 'no-version');
  assert.is((await run(world, history)).versions[0]?.copies, 1);
});

test('diff: the entities that differ, either way round; of the envelope only what lasts', async () => {
  const world = await made();
  const there = await run(world, (ctx) => compare(ctx, '2', 'current'));
  assert.equal([there.from.seqno, there.to.seqno], [2, 4]);
  assert.equal(
    there.changes.map((c) => [c.path[0], (c.before as { name?: string })?.name, (c.after as { name?: string })?.name]).sort(),
    [
      ['lvs', undefined, 'b'],
      ['lvs', 'a', undefined],
    ],
  );
  const andBack = await run(world, (ctx) => compare(ctx, 'current', '2'));
  assert.equal(
    andBack.changes.map(({ path, before, after }) => ({ path, before: after, after: before })),
    there.changes,
  );
  assert.equal((await run(world, (ctx) => compare(ctx, '-1', '3'))).changes, []);
});

test('rollback is a new transaction with the old layout; it can be gone back on', async () => {
  const world = await made();
  const done = await back(world, '3');
  assert.equal([done.seqno, done.changed], [5, true]);
  assert.equal(await namesAt(world, 'current'), ['a', 'b']);
  assert.equal((await at(world, 'current')).metadata, (await at(world, '3')).metadata);
  assert.equal(Object.keys(dump(world.kernel).devices).sort(), ['vg-a', 'vg-b'], 'what comes back comes up');
  assert.equal(world.zeroed, [], 'and keeps what is on it');
  assert.is((await back(world, '3')).changed, false);
  await back(world, '-1');
  assert.equal(await namesAt(world, 'current'), ['b']);
  assert.equal(Object.keys(dump(world.kernel).devices), ['vg-b']);
});

test('a rollback onto extents that were given away since is refused, also when they are free again', async () => {
  const world = await made();
  await edit(world, 'lv_create', 'c', '--extents', '4');
  const e = await thrown<DvmError>(() => back(world, '3'));
  assert.equal([e.code, e.exitCode], ['overwritten', 83]);
  await edit(world, 'lv_remove', 'c');
  const again = await thrown<DvmError>(() => back(world, '3'));
  assert.equal((again.details as { volumes: object }).volumes, { a: ['volume "c"'] });
  assert.equal(await namesAt(world, 'current'), ['b']);
  assert.is((await back(world, '3', true)).changed, true);
  assert.equal(await namesAt(world, 'current'), ['a', 'b']);
});

test('a dry run shows the layout that would come back', async () => {
  const world = await made();
  const shown = (await run(world, (ctx) => rollback(ctx, '-1', false, true))) as DryRun;
  assert.equal(
    shown.changes.map((c) => (c.after as { name: string }).name),
    ['a'],
  );
  assert.equal(
    shown.plan?.summary.map((a) => (a as { name: string }).name),
    ['vg-a'],
  );
  assert.is((await run(world, history)).versions.length, 4);
});

test('a rollback needs all that happened since: a damaged version in between is read from another copy', async () => {
  const world = await made();
  const { versions } = await run(world, history);
  const damage = (device: number): void => {
    const image = world.disks.image(`/sim/${device}`);
    image.fill(0, image.indexOf(`"txn":"${versions[1]?.txn}"`), image.indexOf(`"txn":"${versions[1]?.txn}"`) + 8);
  };
  damage(0);
  assert.is(((await run(world, (ctx) => rollback(ctx, '2', false, true))) as DryRun).changes.length, 2);
  damage(1);
  const e = await thrown<DvmError>(() => back(world, '2'));
  assert.equal([e.code, e.exitCode], ['region-damaged', 74]);
  await run(world, (ctx) => recover(ctx, { without: [], from: [] }));
});

test.run();
