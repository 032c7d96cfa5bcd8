import { BLOCK, seal } from '#replicator/format/block.js';
import { fits, historyEntry, packHistory, parseHistory } from '#replicator/format/history-block.js';
import type { Root } from '#replicator/format/root.js';
import { packSuperblock, parseSlot, type Superblock } from '#replicator/format/superblock.js';
import { type Expected, hashEntries, hashPage, packTable, parseTable } from '#replicator/format/table.js';
import { commit, history, initRegions, prepare, readContent, regionStatus } from '#replicator/replicator.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { Random } from '#test/support/random.js';
import { DvmError } from '#tool/errors.js';
import { bench, request, txn, Volumes } from './support.js';

const test = suite('blocks on disk');

const region = { path: '/dev/x', start: 64, length: 64 * 8 };

function root(n: number): Root {
  return {
    txn: txn(n),
    parent: txn(n - 1),
    time: 1_700_000_000_123,
    length: 5000 + n,
    hash: 'ab'.repeat(32),
    block: 2 + n,
    height: 1,
  };
}

const superblock: Superblock = {
  sequence: 2 ** 40 + 3,
  start: 64,
  blocks: 64,
  active: root(1),
  history: { block: 7, count: 2 },
  mark: true,
  shadow: { root: root(2), history: { block: 9, count: 3 }, mark: false },
};

test('superblocks come back as they were, within one sector', () => {
  const block = packSuperblock(superblock);
  assert.equal(parseSlot(block, 1, region), { state: 'valid', superblock });
  assert.ok(block.subarray(512).every((b) => b === 0));
});

/** Changes that a checksum does not catch, because whoever made them set it right. */
const nonsense: [string, (b: Buffer) => void, RegExp][] = [
  ['newer format', (b) => b.writeUInt32LE(2, 24), /format version 2/],
  ['other slot', (b) => b.writeUInt32LE(0, 28), /slot/],
  ['sequence', (b) => b.writeUInt32LE(0xffffffff, 36), /sequence/],
  ['place', (b) => b.writeUInt32LE(72, 40), /sector 72/],
  ['size', (b) => b.writeUInt32LE(65, 48), /520 sectors/],
  ['root outside', (b) => b.writeUInt32LE(64, 80 + 80), /root at block 64/],
  ['height', (b) => b.writeUInt16LE(9, 80 + 84), /height 9/],
  ['content larger than the region', (b) => b.writeUInt32LE(64 * 4096 + 1, 80 + 40), /262145 bytes/],
  ['time', (b) => b.writeUInt32LE(0xffffffff, 80 + 36), /impossible time/],
  ['history outside', (b) => b.writeUInt32LE(1, 56), /history at block 1/],
  ['shadow outside', (b) => b.writeUInt32LE(1, 176 + 80), /root at block 1/],
  ['root without transaction', (b) => b.fill(0, 80, 96), /without transaction/],
];

test('a superblock that makes no sense is damaged, whatever its checksum', () => {
  for (const [name, change, expected] of nonsense) {
    const block = packSuperblock(superblock);
    change(block);
    seal(block.subarray(0, 512), 'dvmsuper');
    const slot = parseSlot(block, 1, region);
    assert.is(slot.state, 'damaged', name);
    assert.match(slot.state === 'damaged' ? slot.reason : '', expected, name);
  }
});

const entries = { lengths: Uint32Array.of(1000, 2000), hashes: new Random(1).bytes(64) };
const expected: Expected = { block: 5, level: 1, length: 3000, hash: hashEntries(1, entries, 0, 2) };
const table = () => packTable({ block: 5, level: 1, txn: txn(1), time: 5 }, entries, Uint32Array.of(10, 11), 0, 2);

test('tables come back as they were', () => {
  assert.equal(parseTable(table(), expected, 64), { blocks: Uint32Array.of(10, 11), ...entries });
});

test('a table that is not the expected one is refused, whatever its checksum', () => {
  const cases: [string, (b: Buffer) => void, RegExp][] = [
    ['block', (b) => b.writeUInt32LE(6, 24), /written for block 6/],
    ['level', (b) => b.writeUInt16LE(2, 28), /level 2/],
    ['count', (b) => b.writeUInt16LE(101, 30), /101 entries/],
    ['more entries', (b) => b.writeUInt16LE(3, 30), /impossible length|add up|outside/],
    ['length', (b) => b.writeUInt32LE(1, 56), /covers 1 bytes/],
    ['entry length', (b) => b.writeUInt32LE(3000, 96 + 4), /add up/],
    ['too long a page', (b) => b.writeUInt32LE(0, 96 + 4), /add up|impossible/],
    ['outside', (b) => b.writeUInt32LE(64, 96), /outside/],
    ['on a superblock', (b) => b.writeUInt32LE(1, 96), /outside/],
    ['other hash', (b) => b.writeUInt8(1, 96 + 9), /not the one/],
  ];
  for (const [name, change, message] of cases) {
    const block = table();
    change(block);
    const parsed = parseTable(seal(block, 'dvmtable'), expected, 64);
    assert.match(typeof parsed === 'string' ? parsed : 'accepted', message, name);
  }
  const long = { lengths: Uint32Array.of(0, 5000), hashes: entries.hashes };
  const packed = packTable({ block: 5, level: 1, txn: txn(1), time: 5 }, long, Uint32Array.of(10, 11), 0, 2);
  assert.match(
    String(parseTable(packed, { ...expected, length: 5000, hash: hashEntries(1, long, 0, 2) }, 64)),
    /impossible length/,
  );
});

test('history blocks come back as they were; long lists of blocks are left out', () => {
  const runs = (n: number) => Array.from({ length: n }, (_, i) => ({ start: 2 + i * 2, length: 1 }));
  const block = { entries: [historyEntry(root(1), runs(3)), historyEntry(root(2), [])], older: [{ block: 9, entries: 3 }] };
  assert.equal(parseHistory(packHistory(20, { txn: txn(3), time: 1 }, block), 20, 64), block);
  assert.is(historyEntry(root(1), runs(129)).freed, undefined);
  assert.not(fits({ entries: Array.from({ length: 40 }, () => historyEntry(root(1), [])), older: [] }));
});

test('a history block that makes no sense is refused, whatever its checksum', () => {
  const cases: [string, (b: Buffer) => void, RegExp][] = [
    ['block', (b) => b.writeUInt32LE(6, 24), /written for block 6/],
    ['count', (b) => b.writeUInt16LE(65535, 28), /without transaction|past its end/],
    ['older count', (b) => b.writeUInt16LE(65535, 30), /older/],
    ['older block', (b) => b.writeUInt32LE(64, 96), /older/],
    ['root', (b) => b.writeUInt32LE(64, 104 + 80), /root at block/],
    ['runs', (b) => b.writeUInt32LE(129, 104 + 96), /129 runs/],
    ['runs in disorder', (b) => b.writeUInt32LE(2, 104 + 104 + 8), /out of order/],
    ['run outside', (b) => b.writeUInt32LE(63, 104 + 104 + 4), /outside/],
  ];
  for (const [name, change, message] of cases) {
    const block = packHistory(
      20,
      { txn: txn(3), time: 1 },
      {
        entries: [
          historyEntry(root(1), [
            { start: 3, length: 1 },
            { start: 5, length: 1 },
          ]),
        ],
        older: [{ block: 9, entries: 3 }],
      },
    );
    change(block);
    assert.match(String(parseHistory(seal(block, 'dvmhisto'), 20, 64)), message, name);
  }
});

test('random and mutated blocks: refused or understood, never a crash', () => {
  const kinds = ['dvmsuper', 'dvmtable', 'dvmhisto'] as const;
  const sound = [
    packSuperblock(superblock),
    table(),
    packHistory(20, { txn: txn(3), time: 1 }, { entries: [historyEntry(root(1), [])], older: [] }),
  ];
  for (let seed = 1; seed <= 20_000; seed++) {
    const random = new Random(seed);
    const kind = random.below(3);
    const block = random.chance(0.2) ? Buffer.alloc(BLOCK, random.below(256)) : Buffer.from(sound[kind] as Buffer);
    for (let n = random.below(12); n > 0; n--) block[random.below(random.chance(0.7) ? 300 : BLOCK)] = random.below(256);
    if (random.chance(0.8)) seal(kind === 0 ? block.subarray(0, 512) : block, kinds[kind] as (typeof kinds)[0]);
    try {
      parseSlot(block, 1, region);
      parseTable(block, expected, 64);
      parseHistory(block, 20, 64);
    } catch (e) {
      throw new Error(`seed ${seed}: ${e instanceof Error ? e.stack : e}`);
    }
  }
});

test('regions with mutated blocks and right checksums: an error or a content, in bounded time and memory', async () => {
  const { disks, regions } = await bench(1, 96);
  const group = new Volumes(60, new Random(1));
  for (let n = 1; n <= 4; n++) {
    group.add();
    await prepare(disks.open, regions, group.content(), request(n));
    await commit(disks.open, regions, txn(n));
  }
  for (let seed = 1; seed <= 600; seed++) {
    const random = new Random(seed);
    const copy = disks.copy();
    copy.image('/dev/d0').change((bytes) => {
      for (let n = 0; n <= random.below(3); n++) mutate(bytes.subarray(64 * 512), random);
    });
    for (const act of [
      () => regionStatus(copy.open, regions),
      () => readContent(copy.open, regions),
      () => history(copy.open, regions[0] as (typeof regions)[0]),
      () => prepare(copy.open, regions, Buffer.from('next'), request(5)),
      () => initRegions(copy.open, regions, { overwrite: true }),
    ])
      await act().catch((e: unknown) => {
        if (!(e instanceof DvmError)) throw new Error(`seed ${seed}: ${e instanceof Error ? e.stack : e}`);
      });
  }
});

/** Changes a block of an image, mostly of metadata, and sets its checksum right. */
function mutate(image: Buffer, random: Random): void {
  const numbers = Array.from({ length: image.length / BLOCK }, (_, i) => i);
  const metadata = numbers.filter((i) => kindAt(image, i * BLOCK) !== undefined);
  const at = random.pick(random.chance(0.9) ? metadata : numbers) * BLOCK;
  const kind = kindAt(image, at);
  const block = image.subarray(at, at + (kind === 'dvmsuper' ? 512 : BLOCK));
  for (let n = 0; n <= random.below(4); n++) {
    const place = 24 + 4 * random.below(60);
    if (random.chance(0.5)) block.writeUInt32LE(random.pick([0, 1, 2, 5, 95, 96, 0xffffffff, random.below(100)]), place);
    else block[place] = random.below(256);
  }
  if (kind) seal(block, kind);
}

function kindAt(image: Buffer, at: number) {
  const magic = image.toString('latin1', at, at + 8);
  return (['dvmsuper', 'dvmtable', 'dvmhisto'] as const).find((kind) => kind === magic);
}

test('tables crafted to cost memory are refused', async () => {
  const { disks, regions } = await bench(1, 64);
  // One table of level 1 with 100 pages of one byte, all the same block, and a root that has it 100 times.
  const pages = {
    lengths: new Uint32Array(100).fill(1),
    hashes: Buffer.concat(Array.from({ length: 100 }, () => hashPage(Buffer.alloc(1)))),
  };
  const low = hashEntries(1, pages, 0, 100);
  const tables = { lengths: new Uint32Array(100).fill(100), hashes: Buffer.concat(Array.from({ length: 100 }, () => low)) };
  const image = disks.image('/dev/d0').read(64 * 512);
  packTable({ block: 3, level: 1, txn: txn(1), time: 5 }, pages, new Uint32Array(100).fill(2), 0, 100).copy(image, 3 * BLOCK);
  packTable({ block: 4, level: 2, txn: txn(1), time: 5 }, tables, new Uint32Array(100).fill(3), 0, 100).copy(image, 4 * BLOCK);
  const top = { ...root(1), length: 10_000, hash: hashEntries(2, tables, 0, 100).toString('hex'), block: 4, height: 2 };
  const crafted: Superblock = { ...superblock, sequence: 3, active: top, history: { block: 0, count: 0 }, shadow: undefined };
  packSuperblock(crafted).copy(image, BLOCK);
  disks.image('/dev/d0').write(64 * 512, image);
  const error = await thrown<DvmError>(() => readContent(disks.open, regions));
  assert.match(error.message, /too many pages/);
});

test.run();
