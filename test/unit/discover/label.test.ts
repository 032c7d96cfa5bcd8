import { createHash } from 'node:crypto';
import { LABEL_BYTES, type Label, packLabel, parseCopy } from '#discover/label.js';
import { assert, suite } from '#test/support/check.js';
import { Random } from '#test/support/random.js';

const test = suite('label');
const size = 64 * 2048;
const last = size - 8;
const label: Label = {
  sequence: 7,
  size,
  group: { id: 'abcdefghijklmnopqrst', name: 'größe-1' },
  pv: '234567abcdefghijklmn',
  regions: [
    { start: 2048, length: 8192 },
    { start: 65536, length: 8 },
  ],
};
const wrong = { state: 'damaged', why: 'wrong checksum' } as const;

test('what is packed is read, in both places', () => {
  for (const here of [8, last]) assert.equal(parseCopy(packLabel(label, here), here), { state: 'valid', label });
  assert.is(packLabel(label, 8).length, LABEL_BYTES);
});

test('everything lies in the first sector', () => {
  const regions = Array.from({ length: 16 }, (_, i) => ({ start: 2048 + 8 * i, length: 8 }));
  const full = { ...label, group: { ...label.group, name: 'n'.repeat(127) }, regions };
  const block = packLabel(full, 8);
  assert.ok(block.subarray(512).every((b) => b === 0));
  assert.equal(parseCopy(block, 8), { state: 'valid', label: full });
});

test('the layout on disk is as documented', () => {
  const b = packLabel(label, 8);
  assert.is(b.toString('latin1', 0, 16), 'dvm device label');
  assert.is(b.readUInt32LE(16), 1);
  assert.is(b.toString('hex', 24, 40), '42e0a5a0476267d0fd45243262502b34');
  assert.equal(
    [40, 48, 56].map((at) => Number(b.readBigUInt64LE(at))),
    [7, 8, size],
  );
  assert.is(b.toString('latin1', 64, 104), label.group.id + label.pv);
  assert.equal(
    [104, 106].map((at) => b.readUInt16LE(at)),
    [2, 9],
  );
  assert.is(b.toString('utf8', 112, 121), 'größe-1');
  assert.equal(
    [240, 248, 256, 264].map((at) => Number(b.readBigUInt64LE(at))),
    [2048, 8192, 65536, 8],
  );
});

test('a copy of another place is no label: a partition that ends where its disk does', () => {
  assert.equal(parseCopy(packLabel(label, last), 8), { state: 'absent' });
  assert.equal(parseCopy(packLabel(label, last), last + 2048), { state: 'absent' });
});

test('a place that the size does not have, bad ids, names and regions are damage', () => {
  const bad = (change: Partial<Label>, here = 8) => {
    const copy = parseCopy(packLabel({ ...label, ...change }, here), here);
    return copy.state === 'damaged' ? copy.why : copy.state;
  };
  assert.is(bad({}, 4096), 'a place that its size does not have');
  assert.is(bad({ pv: 'A'.repeat(20) }), 'ids that are none');
  assert.match(bad({ group: { ...label.group, name: 'a/b' } }), 'contains a slash');
  assert.match(bad({ regions: [{ start: 0, length: 8 }] }), 'first MiB');
  assert.match(bad({ size: 100 }), 'too small');
});

test('every flipped bit is noticed', () => {
  const block = packLabel(label, 8);
  for (let i = 0; i < 512 * 8; i++) {
    const flipped = Buffer.from(block);
    flipped[i >> 3] = (flipped[i >> 3] as number) ^ (1 << (i & 7));
    const expected = i >> 3 < 16 ? { state: 'absent' } : wrong;
    assert.equal(parseCopy(flipped, 8), expected, `bit ${i}`);
  }
});

test('random bytes, with and without a right checksum, never crash', () => {
  const seed = 20260101;
  const r = new Random(seed);
  const random = () => r.next();
  for (let round = 0; round < 20_000; round++) {
    const block = packLabel(label, 8);
    for (let n = random() * 40; n > 0; n--) block[Math.floor(random() * 512)] = Math.floor(random() * 256);
    if (random() < 0.7) block.write('dvm device label', 'latin1');
    if (random() < 0.5) block.writeUInt32LE(1, 16);
    const mended = random() < 0.7 ? withChecksum(block) : block;
    const { state } = parseCopy(mended, 8);
    assert.ok(['valid', 'absent', 'damaged', 'newer'].includes(state), `seed ${seed} round ${round}: ${state}`);
  }
});

test('a later version and unknown flags are told apart from damage', () => {
  const later = packLabel(label, 8);
  later.writeUInt32LE(2, 16);
  assert.equal(parseCopy(withChecksum(later), 8), { state: 'newer', version: 2 });
  const flagged = packLabel(label, 8);
  flagged.writeUInt32LE(1, 20);
  assert.equal(parseCopy(withChecksum(flagged), 8), { state: 'newer', version: 1 });
});

test('numbers past 2^53 and counts past their limits are damage', () => {
  const big = packLabel(label, 8);
  big.writeBigUInt64LE(2n ** 60n, 56);
  assert.equal(parseCopy(withChecksum(big), 8), { state: 'damaged', why: 'numbers past 2^53' });
  for (const at of [104, 106]) {
    const many = packLabel(label, 8);
    many.writeUInt16LE(60000, at);
    assert.equal(parseCopy(withChecksum(many), 8), { state: 'damaged', why: 'counts past their limits' });
  }
});

/** The documented checksum, made here a second time. */
function withChecksum(block: Buffer): Buffer {
  block.fill(0, 24, 40);
  createHash('sha256').update(block.subarray(0, 512)).digest().copy(block, 24, 0, 16);
  return block;
}

test.run();
