import { findDot } from '#dots/state/find.js';
import type { Store } from '#dots/store.js';
import { branch } from '#dots/verbs/branch.js';
import { commit } from '#dots/verbs/commit.js';
import { dirty } from '#dots/verbs/dirty.js';
import { begin } from '#dots/verbs/filling.js';
import { fork } from '#dots/verbs/fork.js';
import { gc } from '#dots/verbs/gc.js';
import { init } from '#dots/verbs/init.js';
import { mount } from '#dots/verbs/mount.js';
import { remove } from '#dots/verbs/remove.js';
import { rollback } from '#dots/verbs/rollback.js';
import { log } from '#dots/verbs/show.js';
import { unmount } from '#dots/verbs/unmount.js';
import { assert, suite } from '#test/support/check.js';
import { simHost, simStore } from '#test/support/sim-dots.js';
import { mutate, tm } from '#test/support/tm-crash.js';
import { TmWorld } from '#test/support/tm-world.js';
import { init as initGroup } from '#tm/members.js';
import { fails } from '../metadata/fixtures.js';

const test = suite('verbs of dots');
const dot = { namespace: 'admin', name: 'shop' };
const author = 'me';

async function world(): Promise<{ world: TmWorld; store: Store }> {
  const made = new TmWorld(1);
  await tm((ctx) => initGroup(ctx, [['vg_create']], false))(made);
  await mutate(['lv_thin_pool', 'pool', '--extents', '20'])(made);
  return { world: made, store: simStore(made) };
}

async function shop(): Promise<Store> {
  const { store } = await world();
  await init(store, { dot, size: 1 << 30, fs: 'ext4' });
  return store;
}

test('an init that was cut short is begun anew; pools are told apart', async () => {
  const { world: machine, store } = await world();
  const cut = { ...store.host, format: () => Promise.reject(new Error('cut')) };
  await init({ ...store, host: cut }, { dot, size: 1 << 30, fs: 'ext4' }).catch(() => {});
  const { state } = await store.read();
  assert.equal([state.dots.length, state.works.length], [0, 1]);
  const [left] = state.works;
  const device = store.host.path('vg', left?.volume.name ?? '');
  await store.activate({ activate: [left?.volume.id ?? ''] });
  await store.host.mount({ device, fs: 'ext4', at: `/run/dots/${left?.branch}`, readOnly: false });
  await init(store, { dot, size: 1 << 30, fs: 'ext4' });
  assert.equal([(await store.read()).state.works, store.host.mounted()], [[], []]);
  await mutate(['lv_thin_pool', 'heap', '--extents', '5'])(machine);
  const other = { dot: { ...dot, name: 'other' }, size: 1 << 20, fs: 'ext4' as const };
  await fails(() => init(store, other), 'many-pools', 64, /heap, pool|pool, heap/);
  await fails(() => init({ ...store, pool: 'none' }, other), 'no-pool', 80, /"none"/);
  await init({ ...store, pool: 'heap' }, other);
});

test('what a commit says is bounded', async () => {
  const store = await shop();
  const made = (more: object) => () => commit(store, { dot, author, ...more });
  await fails(made({ message: 'x'.repeat(4097) }), 'bad-commit', 64, /4097 characters/);
  await fails(made({ author: 'x'.repeat(257) }), 'bad-commit', 64, /author/);
  await fails(made({ metadata: { Key: 'x' } }), 'bad-commit', 64, /keys/);
  await fails(made({ metadata: { key: 'x'.repeat(4097) } }), 'bad-commit', 64, /4097/);
  await fails(made({ metadata: { a: 'x'.repeat(4000), b: 'x'.repeat(4000) } }), 'bad-commit', 64, /in all|more than 7500/);
  await made({ message: 'é'.repeat(3600), metadata: { a: 'x'.repeat(3500) } })();
});

test('50 commits deep, each knows its parent; a branch of the middle begins there', async () => {
  const store = await shop();
  for (let i = 0; i < 50; i++) await commit(store, { dot, author, message: `${i}` });
  const commits = await log(store, { dot });
  assert.equal(
    commits.map((c) => c.message),
    [...Array(50).keys()].reverse().map(String),
  );
  const middle = commits[25]?.id as string;
  await branch(store, { dot, name: 'fix', at: middle });
  assert.is((await log(store, { dot: { ...dot, branch: 'fix' } })).length, 25);
  const { dropped } = await rollback(store, { dot, to: middle, force: false });
  assert.is(dropped.length, 25);
  assert.is((await store.read()).state.commits.size, 25);
});

test('rollback keeps commits that others need, and refuses one that is not before the head', async () => {
  const store = await shop();
  for (const message of ['a', 'b', 'c']) await commit(store, { dot, author, message });
  await branch(store, { dot, name: 'fix', at: 'HEAD^' });
  const [, b] = await log(store, { dot });
  const { dropped } = await rollback(store, { dot, to: 'HEAD^^', force: false });
  assert.is(dropped.length, 1, 'c; the branch needs b');
  await fails(() => rollback(store, { dot, to: b?.id ?? '', force: false }), 'not-of-branch', 83);
});

test('a fork shares commits, which outlive what they were made in', async () => {
  const store = await shop();
  await fails(() => fork(store, { dot, as: { namespace: 'ann', name: 'own' } }), 'no-commit', 80, /no commit yet/);
  await commit(store, { dot, author });
  const own = await fork(store, { dot, as: { namespace: 'ann', name: 'own' } });
  await fails(() => fork(store, { dot, as: { namespace: 'ann', name: 'own' } }), 'dot-exists', 81);
  assert.equal(own.forkedFrom?.commit, own.branches[0]?.head);
  assert.equal((await remove(store, { dot })).dropped, []);
  assert.equal((await remove(store, { dot: own })).dropped.length, 1);
  assert.is((await store.read()).state.commits.size, 0);
});

test('while a lazy pull is under way nothing is committed', async () => {
  const store = await shop();
  const seed = { from: 'hub/shop', commit: 'c'.repeat(20), state: 'hydrating' as const, at: '' };
  const look = await store.read();
  const state = { ...look.state, dots: look.state.dots.map((d) => ({ ...d, seed })) };
  const lazy = { ...store, read: async () => ({ ...look, state }) };
  await fails(() => commit(lazy, { dot, author }), 'not-whole', 69, /hydrating from "hub\/shop"/);
});

test('mounts: a target must be a path; a failed one leaves nothing mounted; what is busy stays', async () => {
  const { world: machine } = await world();
  const host = simHost(machine);
  const store = simStore(machine, host);
  await init(store, { dot, size: 1 << 30, fs: 'ext4' });
  for (const target of ['srv', '/a/../b', '/']) await fails(() => mount(store, { dot, target }), 'bad-target', 64);
  const broken = { ...store, host: { ...host, bind: () => Promise.reject(new Error('no')) } };
  await mount(broken, { dot, target: '/srv' }).catch(() => {});
  assert.equal(host.mounted(), []);
  await mount(store, { dot, target: '/srv/a' });
  await mount(store, { dot, subdot: 'b', target: '/srv/b' });
  const busy = { ...host, unmount: (t: string) => (t === '/srv/a' ? Promise.reject(new Error('busy')) : host.unmount(t)) };
  await fails(() => unmount({ ...store, host: busy }, { dot }), 'dot-in-use', 83, /"\/srv\/a"/);
  assert.equal(host.mounted().length, 3);
  assert.is((await unmount(store, { dot })).unmounted.length, 3);
});

test('a link in a dot is not followed to directories of the machine', async () => {
  const { world: machine } = await world();
  const host = simHost(machine);
  const linked = { ...host, directory: (path: string) => path.replace(/\/away(\/|$)/, '/etc$1') };
  const store = simStore(machine, linked);
  await init(store, { dot, size: 1 << 30, fs: 'ext4' });
  await commit(store, { dot, author });
  for (const more of [{ target: '/srv' }, {}, { commit: 'HEAD' }])
    await fails(() => mount(store, { dot, subdot: 'away', ...more }), 'subdot-link', 65, /is a link/);
  assert.equal(host.mounted(), []);
  await mount(simStore(machine, host), { dot, subdot: 'away', target: '/srv' });
  await fails(() => rollback(store, { dot, to: 'HEAD', force: true }), 'subdot-link', 65);
  assert.not(host.mounted().some((m) => m.target === '/srv'));
});

test('what is written until the unmount of a rollback is not lost', async () => {
  const { world: machine } = await world();
  const host = simHost(machine);
  const store = simStore(machine, host);
  await init(store, { dot, size: 1 << 30, fs: 'xfs' });
  await commit(store, { dot, author });
  await mount(store, { dot, target: '/srv' });
  let looks = 0;
  const delta = async () => (++looks === 1 ? [] : Promise.reject(new Error('written')));
  const late = { ...store, host: { ...host, delta } };
  const error = await rollback(late, { dot, to: 'HEAD', force: false }).catch((e: Error) => e);
  assert.equal([(error as Error).message, looks], ['written', 2]);
  assert.equal(host.mounted().length, 2, 'it is as it was');
});

test('gc leaves what a pull that runs has brought', async () => {
  const store = await shop();
  await commit(store, { dot, author, message: 'a' });
  await commit(store, { dot, author, message: 'b' });
  const { dots: all, ...rest } = (await store.read()).state;
  const [found] = all;
  const [master] = found?.branches ?? [];
  if (!found || !master) throw new Error('no dot');
  const work = { branch: 'w', name: 'w', dot: found.id, reached: master.head as string, volume: { ...master.volume, id: 'v' } };
  const state = { ...rest, dots: [{ ...found, branches: [] }], works: [work] };
  const look = { ...(await store.read()), state };
  const busy = { ...store, read: async () => look, isFree: async () => false };
  assert.equal(await gc(busy), { removed: [] });
  const removed = (await gc({ ...busy, isFree: async () => true, change: async () => {} })).removed;
  assert.equal([removed.length, removed.at(-1)], [3, 'v']);
});

test('a pull goes on with its own volume, and into no pool that keeps what others wrote', async () => {
  const store = await shop();
  const look = await store.read();
  const [found] = look.state.dots;
  const record = { id: 'c'.repeat(20), dot: found?.id ?? '', branch: 'fix', author, message: '', time: '1', metadata: {} };
  const target = { record, size: 1 << 30, ancestors: [], bytes: 0 };
  const goal = { branch: store.newId(), name: 'fix', dot: found?.id ?? '', target };
  const dull = { ...look, pools: look.pools.map((p) => ({ ...p, zeroed: false })) };
  await fails(() => begin(store, dull, goal), 'pool-not-zeroed', 69, /"pool" does not zero/);
  const { volume } = await begin(store, look, goal);
  assert.is((await begin(store, await store.read(), goal)).volume.id, volume.id);
});

test('of two copies of a btrfs one is mounted', async () => {
  const { world: machine } = await world();
  const store = simStore(machine, simHost(machine));
  await init(store, { dot, size: 1 << 30, fs: 'btrfs' });
  await commit(store, { dot, author });
  await mount(store, { dot });
  await fails(() => mount(store, { dot, commit: 'HEAD' }), 'btrfs-twin', 83);
  assert.equal(await dirty(store, { dot }), { bytes: 0 });
  assert.is(findDot((await store.read()).state, dot).fs, 'btrfs');
});

test.run();
