import type { Store } from '#dots/store.js';
import { commit } from '#dots/verbs/commit.js';
import { init } from '#dots/verbs/init.js';
import { log } from '#dots/verbs/show.js';
import { type WatchEvent, watchDot } from '#dots/verbs/watch.js';
import { assert, suite } from '#test/support/check.js';
import { simHost, simStore } from '#test/support/sim-dots.js';
import { mutate, tm } from '#test/support/tm-crash.js';
import { TmWorld } from '#test/support/tm-world.js';
import { init as initGroup } from '#tm/members.js';

/** `dot watch`, turn by turn, on a simulated machine. */
const test = suite('dot watch, turn by turn');
const dot = { namespace: 'admin', name: 'shop' };
const range = { offset: 0, length: 65_536 };

/** A dot of which nothing is committed; `written` says whether its blocks differ from its head's. */
async function shop(): Promise<{ store: Store; written: { yes: boolean } }> {
  const world = new TmWorld(1);
  await tm((ctx) => initGroup(ctx, [['vg_create']], false))(world);
  await mutate(['lv_thin_pool', 'pool', '--extents', '20'])(world);
  const written = { yes: true };
  const host = { ...simHost(world), mappings: async () => [range], delta: async () => (written.yes ? [range] : []) };
  const store = simStore(world, host);
  await init(store, { dot, size: 1 << 30, fs: 'btrfs' }); // of whose files nothing is compared
  return { store, written };
}

/** Runs turns; before each, `before` of it is called. */
async function turns(store: Store, ...before: (() => void)[]): Promise<WatchEvent[]> {
  let turn = 0;
  const next = async () => {
    before[turn]?.();
    return ++turn === before.length;
  };
  const events: WatchEvent[] = [];
  for await (const event of watchDot(store, { dot, author: 'me', message: 'by itself', next })) events.push(event);
  return events;
}

test('a turn commits what has changed, and says nothing when nothing has', async () => {
  const { store, written } = await shop();
  const set = (yes: boolean) => () => {
    written.yes = yes;
  };
  const events = await turns(store, set(true), set(false), set(true));
  assert.equal(
    events.map((e) => e.event),
    ['committed', 'committed'],
  );
  const commits = await log(store, { dot });
  assert.equal(commits.map((c) => [c.message, c.author]), [['by itself', 'me'], ['by itself', 'me']]); // biome-ignore format: pairs
  assert.equal(
    events.map((e) => 'commit' in e && e.commit),
    commits.map((c) => c.id).toReversed(),
  );
});

test('a turn that fails is told, and tried again at the next one', async () => {
  const { store } = await shop();
  let full = true;
  const change: Store['change'] = (...words) => (full ? Promise.reject(new Error('no room')) : store.change(...words));
  const free = () => {
    full = false;
  };
  const events = await turns({ ...store, change }, () => {}, free);
  assert.equal(
    events.map((e) => e.event),
    ['failed', 'committed'],
  );
  assert.match(events[0]?.event === 'failed' ? events[0].message : '', /no room/);
});

test('the last turn is the one that was asked for, whatever was committed before', async () => {
  const { store } = await shop();
  await commit(store, { dot, author: 'me' });
  assert.equal(
    (await turns(store, () => {})).map((e) => e.event),
    ['committed'],
  );
});

test.run();
