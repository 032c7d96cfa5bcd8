import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { codeRanges } from '#dm/code-range.js';
import { lockMemory } from '#dm/memory.js';
import { assert, skipped, suite } from '#test/support/check.js';

const test = suite('locked memory');

test('where V8 keeps code is found among the mappings', () => {
  const maps = `00400000-00b00000 r-xp 00000000 08:01 131 /usr/bin/node
05000000-05010000 rw-p 00000000 00:00 0
05020000-05030000 rw-p 00000000 00:00 0 [heap]
7f0000000000-7f0000002000 rw-p 00000000 00:00 0
7f0000002000-7f0000003000 ---p 00000000 00:00 0
7f0000003000-7f000003f000 rwxp 00000000 00:00 0
7f000003f000-7f0003e40000 ---p 00000000 00:00 0
7f0003e40000-7f0003fd2000 r-xp 00c00000 08:01 131 /usr/bin/node
7f0003fd2000-7f0004000000 ---p 00000000 00:00 0
7f0005000000-7f0005001000 rw-p 00000000 00:00 0
7f0005001000-7f0005002000 ---p 00000000 00:00 0
`;
  const found = codeRanges(maps).map(({ start, end }) => `${start.toString(16)}-${end.toString(16)}`);
  assert.equal(found, [
    '7f0000000000-7f0000002000',
    '7f0000002000-7f0000003000',
    '7f0000003000-7f000003f000',
    '7f000003f000-7f0003e40000',
    '7f0003fd2000-7f0004000000',
    '7f0005001000-7f0005002000',
  ]);
});

/** Machine code for many functions, then none of them any more, and a heap that grows and shrinks. */
function burden(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 2; round++) {
    const functions = Array.from(
      { length: 1000 },
      (_, i) => new Function('n', `let s = ${i}; while (n--) s ^= n * ${i}; return s;`),
    );
    for (const f of functions) for (let k = 0; k < 30; k++) f(2000);
    let kept = Array.from({ length: 300_000 }, (_, ip) => ({ ip, op: 'info', name: String(ip) }));
    functions.length = 0;
    collect();
    kept = [];
    collect();
    assert.is(kept.length, 0);
  }
}

if (canLock())
  test('V8 compiles, grows and collects while it is locked, and does not abort', () => {
    const unlock = lockMemory();
    try {
      burden();
    } finally {
      unlock();
    }
  });
else skipped(1, 'memory cannot be locked here');

function canLock(): boolean {
  try {
    lockMemory()();
    return true;
  } catch {
    return false;
  }
}

test.run();
