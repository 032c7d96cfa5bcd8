import { assert, suite } from '#test/support/check.js';
import { alive, dead, left, One } from '#test/support/member-one.js';
import { Fleet } from '#test/support/member-sim.js';

const test = suite('membership: gossip');

/** A machine that probes nobody: only what is passed on shows. */
function quiet(...others: string[]): One {
  const one = new One(...others);
  one.m.probeAt = Number.POSITIVE_INFINITY;
  return one;
}
const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `n${i}`);

for (const [count, limit] of [
  [5, 4],
  [20, 8],
] as const)
  test(`of ${count + 1} nodes, news are passed on ${limit} times`, () => {
    const one = quiet(...names(count))
      .hears(alive('n0', 1))
      .wait(20_000);
    const messages = [...one.calls('gossip').map((c) => c.message), ...one.answers()];
    assert.is(messages.filter((m) => 'updates' in m && m.updates.some((u) => u.node === 'n0')).length, limit);
  });
test('newer news of a node displace older ones', () => {
  const one = new One(...names(5)).hears(alive('n0', 1), dead('n0', 1)).wait(300);
  const told = one.calls('gossip').flatMap(({ message }) => ('updates' in message ? message.updates : []));
  assert.ok(told.every((u) => u.node !== 'n0' || u.status === 'dead'));
});
test('what was sent least goes first; a message holds so many', () => {
  const one = quiet(...names(100));
  one.hears(...names(60).map((n) => alive(n, 1))).wait(250);
  one
    .hears(
      ...names(70)
        .slice(60)
        .map((n) => alive(n, 1)),
    )
    .forget()
    .wait(200);
  const { message } = one.call('gossip');
  const updates = 'updates' in message ? message.updates : [];
  assert.is(updates.length, 64);
  assert.equal(
    updates
      .slice(0, 10)
      .map((u) => u.node)
      .sort(),
    names(70).slice(60).sort(),
  );
});
test('nothing new: no messages', () => {
  const one = quiet(...names(5));
  assert.equal(one.wait(5000).calls('gossip'), []);
});
test('the dead are told for a while, those who left are not', () => {
  const one = quiet('a', 'b').hears(dead('a'), left('b'));
  one.wait(300).hears(alive('c', 0));
  const to = (): unknown[] =>
    [
      ...new Set(
        one
          .wait(300)
          .calls('gossip')
          .map((c) => c.to.node),
      ),
    ].sort();
  assert.equal(to(), ['a', 'c']);
  one.wait(31_000).forget().hears(alive('c', 1));
  assert.equal(to(), ['c']);
});

test('seeds are tried for ever, until somebody alive has their address', () => {
  const one = quiet();
  one.m.rejoinAt = 10_000;
  one.give({ kind: 'join', addresses: ['a:1', 'me:1'] });
  assert.equal(
    one.calls('sync').map((c) => c.to),
    [{ address: 'a:1' }],
    'not itself',
  );
  assert.is(one.forget().wait(35_000).calls('sync').length, 3);
  one.hears(alive('a'));
  assert.is(one.forget().wait(30_000).calls('sync').length, 0);
  one.hears(dead('a'));
  assert.equal(
    one
      .forget()
      .wait(10_000)
      .calls('sync')
      .map((c) => c.to),
    [{ node: 'a', address: 'a:1' }],
  );
});
test('a node that left is not called back, and is forgotten after a day', () => {
  const one = quiet('a', 'b').hears(left('a'));
  one.m.rejoinAt = 10_000;
  one.m.syncAt = 30_000;
  assert.is(one.wait(20_000).calls('sync').length, 0);
  one.sleep(86_400_000).sleep(1).sleep(200_000);
  assert.equal([one.status('a'), one.status('b')], [undefined, 'alive']);
  assert.equal(one.m.ring, ['b']);
});

test('leaving: all are told, nothing said of it is refuted, and then it may stop', () => {
  const one = new One('a', 'b').give({ kind: 'leave' }).hears(dead('me', 9));
  assert.equal(one.news('me'), left('me', 0));
  assert.ok(!one.effects.some((e) => e.kind === 'gone'));
  one.wait(1000);
  assert.ok(one.effects.some((e) => e.kind === 'gone'));
  assert.equal(one.forget().wait(3000).calls('ping'), []);
});
test('alone, leaving takes no time; unheard, no more than five seconds', () => {
  assert.ok(new One().give({ kind: 'leave' }).effects.some((e) => e.kind === 'gone'));
  const one = new One(...names(3)).give({ kind: 'leave' });
  one.m.gossipAt = Number.POSITIVE_INFINITY;
  assert.not(one.wait(4900).effects.some((e) => e.kind === 'gone'));
  assert.ok(one.wait(200).effects.some((e) => e.kind === 'gone'));
});
test('what a node tells of itself travels', () => {
  const fleet = Fleet.of(5, 1);
  fleet.run(5000);
  fleet.input(fleet.node('n3'), { kind: 'meta', meta: { role: 'datastore' } });
  const known = (): boolean => fleet.running.every(({ m }) => m.nodes.get('n3')?.meta.role === 'datastore');
  assert.ok((fleet.runUntil(known, 5000) ?? 9999) <= 1000);
  assert.is(fleet.told.filter((t) => t.event === 'updated').length, 4);
});

test('calls a node makes a second, and bytes of a probe, do not grow with the fleet', () => {
  const load = [10, 100, 500].map((n) => {
    const fleet = Fleet.of(n, n);
    fleet.run(60_000);
    assert.ok(fleet.agreed(), `${n} nodes agree`);
    const before = fleet.calls;
    fleet.run(60_000);
    return (fleet.calls - before) / n / 60;
  });
  for (const rate of load) assert.ok(rate > 0.99 && rate < 1.05, `one probe and now and then a sync: ${load}`);
});
test.run();
