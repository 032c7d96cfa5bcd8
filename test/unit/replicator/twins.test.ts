import { seal } from '#replicator/format/block.js';
import { commit, history, prepare, readContent } from '#replicator/replicator.js';
import { assert, suite } from '#test/support/check.js';
import type { Disks } from '#test/support/disk.js';
import { bench, request, txn } from './support.js';

const test = suite('regions that look alike');

const START = 64 * 512;
const BLOCK = 4096;

/** Of some pages; the first line is in the first one. */
function content(n: number): Buffer {
  return Buffer.from(Array.from({ length: 400 }, (_, i) => `line ${i} of version ${i === 0 ? n : 0}, and so on\n`).join(''));
}

async function change(disks: Disks, regions: Parameters<typeof prepare>[1], n: number): Promise<void> {
  await prepare(disks.open, regions, content(n), request(n));
  await commit(disks.open, regions, txn(n));
}

/** Makes the first two pages change places. Superblock and hashes are as before, since they do not tell where pages lie. */
function swapPages(image: Buffer): void {
  const table = tableIn(image);
  const [a, b] = [table.readUInt32LE(96), table.readUInt32LE(96 + 40)];
  table.writeUInt32LE(b, 96);
  table.writeUInt32LE(a, 96 + 40);
  seal(table, 'dvmtable');
  const page = (block: number) => image.subarray(START + block * BLOCK, START + (block + 1) * BLOCK);
  const first = Buffer.from(page(a));
  page(b).copy(page(a));
  first.copy(page(b));
}

function tableIn(image: Buffer): Buffer {
  for (let at = START; at < image.length; at += BLOCK)
    if (image.toString('latin1', at, at + 8) === 'dvmtable') return image.subarray(at, at + BLOCK);
  throw new Error('no table');
}

test('what one is written, all are, and all can be read', async () => {
  const { disks, regions } = await bench(8, 256);
  for (let n = 1; n <= 3; n++) await change(disks, regions, n);
  for (const r of regions) {
    assert.equal(disks.image(r.path).read(), disks.image('/dev/d0').read());
    assert.equal((await readContent(disks.open, [r])).content, content(3));
    assert.is((await history(disks.open, r)).versions.length, 2);
  }
});

test('one whose pages lie elsewhere is written its own way', async () => {
  for (const odd of [0, 2]) {
    const { disks, regions } = await bench(4, 256);
    await change(disks, regions, 1);
    disks.image(`/dev/d${odd}`).change(swapPages);
    assert.equal((await readContent(disks.open, regions.slice(odd, odd + 1))).content, content(1), 'the swap is a sound region');
    for (let n = 2; n <= 4; n++) await change(disks, regions, n);
    for (const r of regions)
      for (let n = 1; n <= 4; n++)
        assert.equal((await readContent(disks.open, [r], { txn: txn(n) })).content, content(n), `${n} in ${r.path}`);
  }
});

test('regions of several sizes and pasts in one group', async () => {
  const { disks, regions } = await bench(3, 256);
  await change(disks, regions.slice(0, 1), 1);
  await change(disks, regions.slice(0, 1), 2);
  await prepare(disks.open, regions.slice(1), content(2), { ...request(2), parent: txn(1) });
  await commit(disks.open, regions.slice(1), txn(2));
  for (let n = 3; n <= 5; n++) await change(disks, regions, n);
  for (const r of regions) assert.equal((await readContent(disks.open, [r])).content, content(5));
  assert.equal(await Promise.all(regions.map(async (r) => (await history(disks.open, r)).versions.length)), [4, 3, 3]);
});

test.run();
