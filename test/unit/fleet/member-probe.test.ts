import { assert, suite } from '#test/support/check.js';
import { alive, One, suspect } from '#test/support/member-one.js';

const test = suite('membership: probes');

/** A machine whose first ping just went out. */
function pinging(...others: string[]): One {
  const one = new One(...others);
  while (one.calls('ping').length === 0) one.wait(50);
  return one;
}

test('one node an interval is pinged, each once a lap', () => {
  const one = new One('a', 'b', 'c');
  const seen: string[] = [];
  for (let i = 0; i < 6; i++) {
    while (one.forget().wait(50).calls('ping').length === 0);
    const call = one.call('ping');
    seen.push(call.to.node ?? '');
    one.ack(call);
  }
  assert.equal(
    [seen.slice(0, 3).sort(), seen.slice(3).sort()],
    [
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ],
  );
});
test('no answer within the time-out: up to three others are asked', () => {
  const one = pinging('a', 'b', 'c', 'd', 'e');
  const target = one.call('ping').to.node;
  assert.equal(one.wait(400).calls('probe'), []);
  const asked = one.wait(150).calls('probe');
  assert.is(asked.length, 3);
  assert.ok(asked.every((c) => c.to.node !== target && c.message.kind === 'probe' && c.message.node === target));
  assert.is(new Set(asked.map((c) => c.to.node)).size, 3);
});
test('a refused connection: others are asked at once, and when none gets through it is suspected at once', () => {
  const one = pinging('a', 'b', 'c');
  const call = one.call('ping');
  one.fail(call);
  const asked = one.calls('probe');
  assert.is(asked.length, 2);
  for (const helper of asked) one.answer(helper, { kind: 'nack', updates: [] });
  assert.equal(one.events(), [`suspected ${call.to.node}`]);
  assert.is(one.m.awareness, 0, 'all that were asked got nothing either: the doubt is not in this node');
});
for (const [how, answer] of [
  ['another gets through', (one: One) => one.ack(one.call('probe'))],
  ['it answers late', (one: One) => one.ack(one.call('ping'))],
] as const)
  test(`${how}: all is well`, () => {
    const one = pinging('a', 'b', 'c').wait(600);
    answer(one);
    const target = one.call('ping').to.node ?? '';
    one.wait(350);
    assert.equal([one.status(target), one.events()], ['alive', []]);
  });
test('nobody answers within the interval: suspected, and the node doubts itself by each silent helper', () => {
  const one = pinging('a', 'b', 'c', 'd').wait(1000);
  assert.equal(one.events(), [`suspected ${one.call('ping').to.node}`]);
  assert.is(one.m.awareness, 3);
});
test('with nobody to ask, a failed probe is a reason for doubt too', () => {
  const one = pinging('a').wait(1000);
  assert.equal([one.events(), one.m.awareness], [['suspected a'], 1]);
});
test('doubt stretches the interval, up to eight times, and success takes it back', () => {
  const one = new One('a', 'b', 'c');
  one.m.awareness = 7;
  while (one.forget().wait(50).calls('ping').length === 0);
  assert.is(one.m.probeAt - one.now, 8000);
  one.ack(one.call('ping'));
  assert.is(one.m.awareness, 6);
});
test('the suspect hears of it with the next ping, from whoever pings it', () => {
  const one = new One('a').hears(suspect('a', 0, 'x'));
  one.m.broadcasts.clear();
  while (one.forget().wait(50).calls('ping').length === 0);
  const { message } = one.call('ping');
  assert.equal('updates' in message && message.updates, [suspect('a', 0, 'me')]);
});
test('… and with any answer that it gets', () => {
  const one = new One('a')
    .hears(suspect('a', 0, 'x'))
    .forget()
    .request('a', []);
  const [answer] = one.answers();
  assert.ok(answer && 'updates' in answer && answer.updates.some((u) => u.node === 'a' && u.status === 'suspect'));
});

test('probing for another: an ack is passed on, silence is said in time, an unknown node is refused', () => {
  const ask = (one: One, node: string): One =>
    one.give({ kind: 'request', request: 5, from: 'b', message: { kind: 'probe', node, updates: [] } });
  const good = ask(new One('a', 'b'), 'a');
  good.ack(good.call('ping'));
  assert.equal(
    good.answers().map((a) => a.kind),
    ['ack'],
  );
  const silent = ask(new One('a', 'b'), 'a');
  assert.equal(silent.wait(350).answers(), []);
  assert.equal(
    silent
      .wait(100)
      .answers()
      .map((a) => a.kind),
    ['nack'],
  );
  const refused = ask(new One('a', 'b'), 'a');
  refused.fail(refused.call('ping'));
  assert.equal(
    refused.answers().map((a) => a.kind),
    ['nack'],
  );
  const unknown = ask(new One('a', 'b'), 'z');
  assert.equal([unknown.answers().map((a) => a.kind), unknown.calls('ping')], [['nack'], []]);
});
test('a ping meant for another node is not answered for it', () => {
  const one = new One('a').give({
    kind: 'request',
    request: 5,
    from: 'a',
    message: { kind: 'ping', node: 'was-here', updates: [] },
  });
  assert.equal(
    one.answers().map((a) => a.kind),
    ['nack'],
  );
});

test('a suspect is tried again each interval, at last through others too, and is alive if anybody gets through', () => {
  for (const [kind, rescued] of [
    ['ping', true],
    ['probe', true],
    [undefined, false],
  ] as const) {
    const one = new One('a', 'b', 'c').hears(suspect('a', 0, 'b'), suspect('a', 0, 'c'));
    one.m.probeAt = Number.POSITIVE_INFINITY;
    one
      .hears(suspect('a', 0, 'd'))
      .forget()
      .wait(3550);
    assert.equal([one.calls('ping').length, one.calls('probe').length], [4, 2]);
    if (kind) one.ack(one.call(kind));
    one.wait(500);
    assert.equal([one.status('a'), one.events()], rescued ? ['alive', ['refuted a']] : ['dead', ['failed a']]);
  }
});
test('a node that slept gives no verdict of it', () => {
  const one = pinging('a', 'b', 'c').wait(100);
  one.sleep(30_000);
  assert.equal([one.events(), one.m.awareness], [[], 1]);
  const suspicious = new One('a', 'b').hears(suspect('a'));
  suspicious.m.probeAt = Number.POSITIVE_INFINITY;
  suspicious.wait(1000).forget().sleep(60_000);
  assert.equal([suspicious.status('a'), suspicious.events()], ['suspect', []]);
  suspicious.hears(alive('a', 1));
  assert.equal(suspicious.events(), ['refuted a']);
});
test.run();
