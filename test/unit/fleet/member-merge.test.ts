import type { Update } from '#fleet/member/wire.js';
import { assert, suite } from '#test/support/check.js';
import { alive, dead, left, One, suspect } from '#test/support/member-one.js';

const test = suite('membership: what is said of nodes');

/** Known of "a" before (incarnation 5), what is said, and then: its status, incarnation, the event told. */
const cases: [before: Update[], said: Update, status: string, incarnation: number, event?: string][] = [
  [[alive('a', 5)], alive('a', 5), 'alive', 5],
  [[alive('a', 5)], alive('a', 4), 'alive', 5],
  [[alive('a', 5)], alive('a', 6), 'alive', 6],
  [[alive('a', 5)], alive('a', 6, { role: 'x' }), 'alive', 6, 'updated'],
  [[alive('a', 5)], alive('a', 5, { role: 'x' }), 'alive', 5],
  [[alive('a', 5)], suspect('a', 4), 'alive', 5],
  [[alive('a', 5)], suspect('a', 5), 'suspect', 5, 'suspected'],
  [[alive('a', 5)], suspect('a', 6), 'suspect', 6, 'suspected'],
  [[alive('a', 5)], dead('a', 4), 'alive', 5],
  [[alive('a', 5)], dead('a', 5), 'dead', 5, 'failed'],
  [[alive('a', 5)], left('a', 5), 'left', 5, 'left'],
  [[alive('a', 5), suspect('a', 5)], alive('a', 5), 'suspect', 5],
  [[alive('a', 5), suspect('a', 5)], alive('a', 6), 'alive', 6, 'refuted'],
  [[alive('a', 5), suspect('a', 5)], suspect('a', 6), 'suspect', 6, 'suspected'],
  [[alive('a', 5), suspect('a', 5)], dead('a', 5), 'dead', 5, 'failed'],
  [[alive('a', 5), suspect('a', 5)], dead('a', 4), 'suspect', 5],
  [[alive('a', 5), dead('a', 5)], alive('a', 5), 'dead', 5],
  [[alive('a', 5), dead('a', 5)], alive('a', 6), 'alive', 6, 'joined'],
  [[alive('a', 5), dead('a', 5)], suspect('a', 9), 'dead', 5],
  [[alive('a', 5), dead('a', 5)], dead('a', 6), 'dead', 5],
  [[alive('a', 5), dead('a', 5)], left('a', 5), 'left', 5, 'left'],
  [[alive('a', 5), left('a', 5)], alive('a', 5), 'left', 5],
  [[alive('a', 5), left('a', 5)], alive('a', 6), 'alive', 6, 'joined'],
  [[alive('a', 5), left('a', 5)], dead('a', 6), 'left', 5],
];
const short = (u: Update): string => `${u.status} ${u.incarnation}${'meta' in u && 'role' in u.meta ? ' other meta' : ''}`;
for (const [before, said, status, incarnation, event] of cases)
  test(`known ${before.map(short).join(', ')}; said ${short(said)}: ${event ?? 'no event'}`, () => {
    const one = new One().hears(...before).forget();
    one.m.broadcasts.clear();
    one.hears(said);
    assert.equal([one.status('a'), one.m.nodes.get('a')?.incarnation], [status, incarnation]);
    assert.equal(one.events(), event ? [`${event} a`] : []);
    const news = event !== undefined || incarnation !== before[0]?.incarnation;
    assert.equal(one.news('a'), news ? said : undefined, 'news are passed on, the rest is not');
  });

for (const said of [suspect('a'), dead('a'), left('a')])
  test(`${said.status} of a node that is not known: nothing`, () => {
    const one = new One().hears(said);
    assert.equal([one.status('a'), one.events(), one.news('a')], [undefined, [], undefined]);
  });
test('a node of another protocol is not let in', () => {
  const one = new One().hears({ ...alive('a'), protocol: 2 } as Update);
  assert.equal(one.status('a'), undefined);
});

for (const [said, incarnation, awareness] of [
  [suspect('me', 0), 1, 1],
  [dead('me', 3), 4, 1],
  [left('me', 0), 1, 0],
  [alive('me', 0, { forged: 'yes' }), 1, 0],
  [alive('me', 7), 8, 0],
] as const)
  test(`"${short(said)}" said of this node itself is outdone`, () => {
    const one = new One().hears(said);
    assert.equal(one.news('me'), alive('me', incarnation));
    assert.is(one.m.awareness, awareness, 'who is suspected doubts itself');
  });
for (const node of ['me', 'a'])
  test(`who still says what "${node}" has refuted is told so in the answer, and nobody else is`, () => {
    const one = new One('a').hears(suspect('me', 0), alive('a', 1));
    one.m.broadcasts.clear();
    one.forget().hears(suspect(node, 0), alive('b', 0));
    assert.equal([one.m.nodes.get(node)?.incarnation, one.news(node)], [1, undefined]);
    assert.equal(one.answers(), [{ kind: 'ack', updates: [alive(node, 1), alive('b', 0)] }]);
  });
test('own news go round unharmed', () => {
  const one = new One().hears(alive('me', 0));
  assert.equal([one.m.self.incarnation, one.news('me')], [0, undefined]);
});

test('another whole state: its dead are suspects here, its alive are alive, those who left unknown are not taken in', () => {
  const one = new One('a', 'b');
  const entry = (node: string, status: 'alive' | 'dead' | 'left' | 'suspect') =>
    ({ node, status, incarnation: 1, address: `${node}:1`, meta: {}, protocol: 1 }) as const;
  one.give({
    kind: 'request',
    request: 9,
    from: 'b',
    message: {
      kind: 'sync',
      members: [entry('a', 'dead'), entry('b', 'alive'), entry('c', 'alive'), entry('d', 'dead'), entry('e', 'left')],
    },
  });
  assert.equal(
    ['a', 'b', 'c', 'd', 'e'].map((n) => one.status(n)),
    ['suspect', 'alive', 'alive', 'suspect', undefined],
  );
  const [answer] = one.answers();
  assert.equal(answer?.kind === 'members' && answer.members.map((x) => `${x.node} ${x.status}`), [
    'me alive',
    'a suspect',
    'b alive',
    'c alive',
    'd suspect',
  ]);
});
test('the answer to a whole state already refutes what it says of this node', () => {
  const one = new One('b');
  const me = { node: 'me', status: 'dead', incarnation: 4, address: 'me:1', meta: {}, protocol: 1 } as const;
  one.give({ kind: 'request', request: 9, from: 'b', message: { kind: 'sync', members: [me] } });
  const [answer] = one.answers();
  assert.is(answer?.kind === 'members' && answer.members[0]?.incarnation, 5);
});
test('a whole state that shows the node gone is taken by who left for what it is', () => {
  const one = new One('a');
  one.give({
    kind: 'request',
    request: 9,
    from: 'b',
    message: { kind: 'sync', members: [{ node: 'a', status: 'left', incarnation: 0, address: 'a:1', meta: {}, protocol: 1 }] },
  });
  assert.equal([one.status('a'), one.events().at(-1)], ['left', 'left a']);
});
test.run();
