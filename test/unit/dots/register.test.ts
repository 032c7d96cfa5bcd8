import { Params } from '#dots/server/params.js';
import { changesTo, entriesOf, portionsOf } from '#dots/server/register.js';
import { requestIn } from '#dots/server/transfer-request.js';
import { failed, finished, isFor, isOver, newTransfer, progressed } from '#dots/server/transfer-state.js';
import { assert, suite } from '#test/support/check.js';
import { MemoryDots } from '#test/support/dot-verbs.js';

/** What follows from a group, and what becomes of transfers. */
const test = suite('dot-server: register');

const known = (key: string, value: string) => ({ key, value, created: 1, modified: 1, lease: undefined });

test('the register follows from the group alone: what is missing is put, what is other replaced, what is gone deleted', async () => {
  const dots = new MemoryDots();
  const dot = await dots.init({ namespace: 'admin', name: 'shop' });
  await dots.commit(dot, 'one', 'me', {});
  const entries = entriesOf(await dots.read(), 'srv', ['a:1']);
  const branch = dot.branches[0]?.id;
  assert.equal([...entries.keys()], ['server', `branch/${branch}`, `commits/${branch}`]);
  const first = changesTo(entries, 'p/srv/', []);
  assert.equal(first.length, 3);
  const there = first.flatMap((o) => ('put' in o ? [known(o.put, o.value)] : []));
  assert.equal(changesTo(entries, 'p/srv/', there), []);
  const odd = [
    ...there.slice(1),
    known('p/srv/branch/gone', '{}'),
    known('p/srv/transfer/kept', '{}'),
    known('p/srv/server', 'x'),
  ];
  assert.equal(
    changesTo(entries, 'p/srv/', odd).map((o) =>
      'put' in o ? `put ${o.put}` : 'delete' in o ? `delete ${String(o.delete)}` : '',
    ),
    ['put p/srv/server', 'delete p/srv/branch/gone'],
  );
});

test('of many commits the newest are kept that etcd takes', async () => {
  const dots = new MemoryDots();
  const dot = await dots.init({ namespace: 'admin', name: 'shop' });
  for (let i = 0; i < 400; i++) await dots.commit(dot, `${i}${'é'.repeat(2000)}`, 'me', {});
  const commits = entriesOf(await dots.read(), 'srv', []).get(`commits/${dot.branches[0]?.id}`) as {
    Metadata: { message: string };
  }[];
  assert.ok(commits.length > 200 && commits.length < 400, `${commits.length}`);
  assert.ok(Buffer.byteLength(JSON.stringify(commits)) <= 1 << 20);
  assert.match(commits.at(-1)?.Metadata.message ?? '', /^399é/);
});

test('changes go in portions that etcd takes, none left out, in order', () => {
  const of = (count: number, length: number) =>
    Array.from({ length: count }, (_, i) => ({ put: `${i}`, value: 'x'.repeat(length) }));
  assert.equal(portionsOf([]), []);
  for (const [count, length, portions] of [
    [1, 1, 1],
    [100, 1, 1],
    [101, 1, 2],
    [5, 400_000, 3],
    [2, 2_000_000, 2],
  ] as const) {
    const all = of(count, length);
    const found = portionsOf(all);
    assert.equal([found.length, found.flat()], [portions, all]);
  }
});

test('a transfer is told as clients know it, and ends finished or in error', () => {
  const asked = { Peer: 'hub', Direction: 'pull', LocalName: 'shop', RemoteName: 'shop', Seed: true };
  const { request: rest } = requestIn(new Params(asked));
  const begun = newTransfer('aaaaaaaaaaaaaaaaaaaa', rest, 'srv', 1000);
  const at = (phase: 'metadata' | 'calculating' | 'pulling' | 'finished') =>
    progressed(begun, { kind: 'dot-progress', version: 1, phase, index: 1, total: 3, sent: 5, size: 9 }, 3000);
  assert.equal(
    ['metadata', 'calculating', 'pulling', 'finished'].map((p) => at(p as 'metadata').Status),
    ['syncing metadata', 'calculating size', 'pulling', 'pulling'],
  );
  const { Index, Total, Sent, Size, NanosecondsElapsed } = at('pulling');
  assert.equal([Index, Total, Sent, Size, NanosecondsElapsed], [1, 3, 5, 9, 2_000_000_000]);
  assert.is(
    progressed(
      { ...begun, Direction: 'push' },
      { kind: 'dot-progress', version: 1, phase: 'pushing', index: 0, total: 1, sent: 0, size: 1 },
      0,
    ).Status,
    'pushing',
  );
  const done = finished(at('pulling'), 'branch', 4000);
  assert.equal([done.Status, done.Index, done.FilesystemId, isOver(done), isOver(begun)], ['finished', 3, 'branch', true, false]);
  assert.is(finished({ ...begun, started: 0 }, 'b', 1e15).NanosecondsElapsed, Number.MAX_SAFE_INTEGER);
  const lost = failed(begun, 'x'.repeat(5000), 2000);
  assert.equal([lost.Status, lost.Message.length, isOver(lost)], ['error', 1000, true]);
  assert.equal([isFor(begun, rest), isFor(begun, { ...rest, LocalName: 'other' })], [true, false]);
});

test.run();
