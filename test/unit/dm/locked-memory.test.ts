import { lockMemory } from '#dm/memory.js';
import { assert, skipped, suite } from '#test/support/check.js';

const test = suite('locked memory');

/** Many functions, each called often enough to be compiled, if compiling were still on. */
function heat(): number {
  let sum = 0;
  for (let k = 0; k < 2000; k++) {
    const f = new Function(
      'a',
      'b',
      `let x = ${k}; for (let i = 0; i < 100; i++) { x = (x * 31 + a + i * b) | 0; if (x % 7 === ${k % 7}) x ^= a; } return x;`,
    ) as (a: number, b: number) => number;
    for (let i = 0; i < 200; i++) sum = (sum + f(i, k)) | 0;
  }
  return sum;
}

/** Enough garbage for several collections of both generations. */
function litter(): number {
  let kept: object[] = [];
  for (let i = 0; i < 400_000; i++) {
    kept.push({ i, text: `x${i}`, list: [i] });
    if (i % 90_000 === 0) kept = [];
  }
  return kept.length;
}

test('code gets hot, memory is collected and patterns match without V8 asking for pages that locked memory refuses', () => {
  const unlock = lockMemory();
  try {
    const before = heat();
    assert.ok(litter() > 0);
    let matched = 0;
    for (let i = 0; i < 20_000; i++) matched += /(a|b)*c(\d+)/.test(`abc${i}`) ? 1 : 0;
    assert.is(matched, 20_000);
    assert.type(before, 'number');
  } finally {
    unlock();
  }
});

if (process.geteuid?.() === 0) test.run();
else skipped(1, 'locking memory needs root');
