import { noTxn } from '#documents/ids.js';
import {
  abort,
  clearMark,
  commit,
  history,
  initRegions,
  prepare,
  readContent,
  readPrefix,
  regionStatus,
  wipeRegions,
} from '#replicator/replicator.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { Disks } from '#test/support/disk.js';
import type { DvmError } from '#tool/errors.js';
import { bench, request as benchRequest } from './support.js';

const test = suite('replicator basics');
const size = 1 << 20;
const txn = (n: number) => n.toString(16).padStart(32, '0');
const request = (n: number, parent = n - 1, mark = false) => ({
  txn: txn(n),
  parent: parent === 0 ? noTxn : txn(parent),
  time: 1000 + n,
  mark,
});

async function setUp(count = 3) {
  const paths = Array.from({ length: count }, (_, i) => `/dev/d${i}`);
  const disks = new Disks(paths, size);
  const regions = paths.map((path) => ({ path, start: 64, length: 1024 }));
  await initRegions(disks.open, regions);
  return { disks, open: disks.open, regions };
}

test('what is committed is read back, what is prepared is not', async () => {
  const { open, regions } = await setUp();
  assert.is((await regionStatus(open, regions))[0]?.state, 'empty');
  assert.is((await thrown<DvmError>(() => readContent(open, regions))).code, 'nothing-committed');
  await prepare(open, regions, Buffer.from('one\n'), request(1));
  assert.is((await regionStatus(open, regions))[0]?.state, 'prepared');
  assert.is((await commit(open, regions, txn(1))).done.length, 3);
  await prepare(open, regions, Buffer.from('two\n'), request(2));
  const read = await readContent(open, regions);
  assert.is(read.content.toString(), 'one\n');
  assert.is(read.prepared?.txn, txn(2));
  assert.is((await readContent(open, regions, { txn: txn(2) })).content.toString(), 'two\n');
  await abort(open, regions, txn(2));
  assert.is((await readContent(open, regions)).prepared, undefined);
  await prepare(open, regions, Buffer.from('two again\n'), request(3, 1, true));
  await commit(open, regions, txn(3));
  assert.is((await readContent(open, regions)).mark, true);
  await clearMark(open, regions, txn(3));
  assert.is((await readContent(open, regions)).mark, false);
  assert.equal(
    (await history(open, regions[0] as (typeof regions)[0])).versions.map((v) => v.txn),
    [txn(1)],
  );
  assert.is((await readContent(open, regions, { txn: txn(1) })).content.toString(), 'one\n');
  const prefix = await readPrefix(open, regions[1] as (typeof regions)[0], (p) => p.length > 3);
  assert.is(prefix?.toString(), 'two again\n');
  await wipeRegions(open, regions);
  assert.is((await regionStatus(open, regions))[0]?.state, 'blank');
});

test('a disk with blocks of 4096 bytes', async () => {
  const { disks, regions } = await bench(1, 64, 4096);
  for (let n = 1; n < 5; n++) {
    await prepare(disks.open, regions, Buffer.from(`content ${n}`), benchRequest(n));
    await commit(disks.open, regions, txn(n));
  }
  assert.is((await readContent(disks.open, regions)).content.toString(), 'content 4');
});

test.run();
