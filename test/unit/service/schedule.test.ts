import { type Entry, startable } from '#service/jobs/schedule.js';
import { assert, suite } from '#test/support/check.js';
import { Random } from '#test/support/random.js';

const test = suite('schedule');

function entries(text: string): Entry[] {
  return text
    .split(' ')
    .filter(Boolean)
    .map((mountPoint, i) => ({ key: `${i}`, mountPoint }));
}

function starts(waiting: string, running: string, atOnce = 9): string {
  return startable(entries(waiting), entries(running), atOnce)
    .map((e) => e.mountPoint)
    .join(' ');
}

test('different mount points run beside each other, as many as are let', () => {
  assert.is(starts('/a /b /c', ''), '/a /b /c');
  assert.is(starts('/a /b /c', '', 2), '/a /b');
  assert.is(starts('/a /b /c', '/x', 2), '/a');
  assert.is(starts('/a', '/x /y', 2), '');
});

test('one mount point is served in order', () => {
  assert.is(starts('/a /a /b /a', ''), '/a /b');
  assert.is(starts('/a /b', '/a'), '/b');
});

test('so are those of which one lies in the other, but not those that merely begin alike', () => {
  assert.is(starts('/a/b /a /a/b/c /a/x', ''), '/a/b');
  assert.is(starts('/a/b /a/x /ab', ''), '/a/b /a/x /ab');
  assert.is(starts('/a/b/c /a', '/a/b'), '');
});

test('nothing overtakes what has to wait', () => {
  assert.is(starts('/a/b /a /a/c', '/a/b'), '', '/a/c would be in the way of /a, which came first');
});

test('seeded: everything runs once, and no two at the same time that touch', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e6);
  const random = new Random(seed);
  const touch = (a: string, b: string): boolean => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
  const paths = ['/a', '/a/b', '/a/b/c', '/a/d', '/e', '/e/f'];
  const waiting = new Map(Array.from({ length: 300 }, (_, i) => [`${i}`, { key: `${i}`, mountPoint: random.pick(paths) }]));
  const running: Entry[] = [];
  let last = new Map<string, number>();
  while (waiting.size + running.length > 0) {
    for (const e of startable(waiting.values(), running, 3)) {
      assert.not(
        running.some((r) => touch(r.mountPoint, e.mountPoint)),
        `SEED=${seed}: ${e.mountPoint} runs beside another`,
      );
      assert.ok((last.get(e.mountPoint) ?? -1) < Number(e.key), `SEED=${seed}: ${e.key} was overtaken`);
      last = last.set(e.mountPoint, Number(e.key));
      waiting.delete(e.key);
      running.push(e);
    }
    assert.ok(running.length > 0 && running.length <= 3, `SEED=${seed}: ${running.length} run, ${waiting.size} wait`);
    running.splice(random.below(running.length), 1);
  }
});

test.run();
