import { Assembly, Label } from '#dm/planner/assembly.js';
import { extentsOf, takeovers } from '#dm/planner/extents.js';
import { load } from '#dm/planner/instructions.js';
import { ordered } from '#dm/planner/order.js';
import { onlyGrew, padded } from '#dm/planner/tables.js';
import { assert, suite } from '#test/support/check.js';
import { programText, rows } from '#test/support/plan-text.js';

const test = suite('parts of the planner');

test('a program leaves out jumps to the very next line, and those that this makes idle', () => {
  const a = new Assembly();
  const [near, far, end] = [new Label(), new Label(), new Label()];
  a.exit(1);
  a.jump(far);
  a.jumpIfFailed(near);
  a.place(near);
  a.place(far);
  a.exit(2);
  a.jumpIfFailed(end);
  a.exit(3);
  a.place(end);
  a.exit(4);
  assert.equal(programText(a.finish()), ['0 exit 1', '1 exit 2', '2 jmp-fail 4', '3 exit 3', '4 exit 4']);
});

test('keys in tables are wiped by the kernel', () => {
  const id = { name: 'a', uuid: 'DVM-g-1' };
  const encrypted = rows('8 crypt aes-xts-plain64 :32:logon:x 0 7:0 0');
  assert.equal(load(id, encrypted, false), { op: 'load', id, targets: encrypted, secure: true });
});

test('tables that only grew: the same places first, then more', () => {
  const live = rows('8 linear 7:0 0', '8 linear 7:1 0');
  assert.ok(onlyGrew(live, rows('8 linear 7:0 0', '16 linear 7:1 0')));
  assert.ok(onlyGrew(live, rows('8 linear 7:0 0', '8 linear 7:1 0', '8 zero')));
  assert.not(onlyGrew(live, live));
  assert.not(onlyGrew(live, rows('16 linear 7:0 0', '8 linear 7:1 0')));
  assert.not(onlyGrew(live, rows('8 linear 7:0 0', '16 linear 7:1 8')));
  assert.not(onlyGrew(live, rows('32 linear 7:0 0')));
  assert.not(onlyGrew(rows('8 mirror core 1 64 1 7:0 0'), rows('16 mirror core 1 64 1 7:0 0')));
  assert.equal(padded(live, rows('24 zero')), [...live, ...rows('8 error')]);
});

test('finds where the data of a table lies', () => {
  const lines = rows('8 linear 7:0 16', '16 striped 2 8 7:0 0 @x 32', '8 mirror core 2 64 nosync 2 7:2 0 7:3 8', '8 thin 7:0 3');
  assert.equal(
    extentsOf('v', lines).map((e) => `${e.dev} ${e.start}-${e.end}`),
    ['7:0 16-24', '7:0 0-8', '@x 32-40', '7:2 0-8', '7:3 8-16'],
  );
});

test('finds who takes over sectors from whom, and nothing where they stay or only touch', () => {
  const extent = (owner: string, start: number, end: number, dev = '7:0') => ({ owner, dev, start, end });
  const given = [extent('a', 0, 16), extent('b', 16, 32), extent('c', 0, 64, '7:1')];
  const taken = [
    extent('a', 0, 20),
    extent('n', 8, 16, '7:1'),
    extent('b', 20, 32),
    extent('m', 32, 40),
    extent('o', 60, 64, '7:1'),
  ];
  const found = [...takeovers(given, taken)].map(([taker, givers]) => `${taker} from ${[...givers]}`).sort();
  assert.equal(found, ['a from b', 'n from c', 'o from c']);
});

test('orders by what comes before, keeps the order otherwise, and gets out of a circle', () => {
  const before: Record<string, string[]> = { a: ['c'], c: ['d', 'x'], e: ['f'], f: ['e'] };
  const circles: string[] = [];
  const order = ordered(
    ['a', 'b', 'c', 'd', 'e', 'f'],
    (n) => before[n] ?? [],
    (n) => circles.push(n),
  );
  assert.equal(order, ['d', 'c', 'a', 'b', 'f', 'e']);
  assert.equal(circles, ['e']);
});

test('orders a chain too long for recursion', () => {
  const n = 50_000;
  const order = ordered(
    Array.from({ length: n }, (_, i) => i),
    (i) => (i + 1 < n ? [i + 1] : []),
  );
  assert.is(order[0], n - 1);
  assert.is(order.length, n);
});

test.run();
