import { alignedBuffer, isAligned } from '#blockdev/aligned.js';
import { libc } from '#blockdev/libc.js';
import { assert, suite } from '#test/support/check.js';

const test = suite('aligned buffers');

test('each begins at a page, is zero, and shares no byte with another', () => {
  const lengths = [512, 4096, 1, 8192, 200_000, 1 << 20, 4097, 512];
  const made = lengths.map(alignedBuffer);
  made.forEach((b, i) => {
    assert.is(b.length, lengths[i]);
    assert.is(libc().address(b) % 4096n, 0n);
    assert.ok(isAligned(b));
    assert.ok(b.every((x) => x === 0));
    b.fill(i + 1);
  });
  for (const [i, b] of made.entries()) assert.ok(b.every((x) => x === i + 1));
  assert.not.ok(isAligned(alignedBuffer(4096).subarray(512)));
});

test('more small ones than a piece holds', () => {
  for (let i = 0; i < 1000; i++) {
    const b = alignedBuffer(4096);
    assert.ok(isAligned(b) && b.every((x) => x === 0), `buffer ${i}`);
    b.fill(1);
  }
});

test.run();
