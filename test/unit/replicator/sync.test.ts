import { noTxn } from '#documents/ids.js';
import type { Region } from '#documents/regions.js';
import { commitIn } from '#replicator/flip.js';
import { prepareIn } from '#replicator/prepare.js';
import { readFrom } from '#replicator/read.js';
import { closeRegions, openRegions, setStatus, subset } from '#replicator/region-set.js';
import { abort, clearMark, commit, initRegions, prepare, readContent, regionStatus } from '#replicator/replicator.js';
import { preparedTxn, txnFlag } from '#replicator/versions.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { Random } from '#test/support/random.js';
import type { DvmError } from '#tool/errors.js';
import { bench, blankBench, request, txn, Volumes } from './support.js';

const test = suite('regions that agree, and regions that do not');

async function diverged() {
  const made = await bench(4, 64);
  const { disks, regions } = made;
  const [a, b, c, d] = regions as [Region, Region, Region, Region];
  await prepare(disks.open, regions, Buffer.from('one'), request(1));
  await commit(disks.open, regions, txn(1));
  await prepare(disks.open, [a, b], Buffer.from('two'), request(2));
  await commit(disks.open, [a], txn(2));
  return { disks, regions, a, b, c, d };
}

test('out of sync: every operation fails, with the regions grouped', async () => {
  const { disks, regions, a, b, c, d } = await diverged();
  const { open } = disks;
  disks.record();
  const attempts = [
    () => readContent(open, regions),
    () => prepare(open, regions, Buffer.from('x'), request(3, 1)),
    () => commit(open, regions, txn(2)),
    () => clearMark(open, regions, txn(1)),
  ];
  for (const attempt of attempts) {
    const error = await thrown<DvmError>(attempt);
    assert.is(error.code, 'out-of-sync');
    assert.is(error.exitCode, 84);
    const { groups } = error.details as { groups: { state: string; regions: Region[]; txn: string; shadow?: string }[] };
    assert.equal(
      groups.map((g) => [g.state, g.txn, g.shadow, g.regions]),
      [
        ['active', txn(1), undefined, [c, d]],
        ['active', txn(2), undefined, [a]],
        ['prepared', txn(1), txn(2), [b]],
      ],
    );
  }
  assert.is(disks.bytesWritten(), 0);
  assert.is((await readContent(open, [c, d])).content.toString(), 'one', 'a subset that agrees can be used');
});

test('a commit cut short is finished; an aborted version cannot be committed, nor a committed one aborted', async () => {
  const { disks, a, b } = await diverged();
  assert.is((await thrown<DvmError>(() => abort(disks.open, [a, b], txn(2)))).code, 'already-committed');
  const outcome = await commit(disks.open, [a, b], txn(2));
  assert.equal([outcome.done, outcome.already], [[b], [a]]);
  assert.is((await readContent(disks.open, [a, b])).content.toString(), 'two');
  assert.is((await thrown<DvmError>(() => commit(disks.open, [a, b], txn(7)))).code, 'not-prepared');
});

test('prepare: repeated, for another transaction, on another parent', async () => {
  const { disks, regions } = await bench(2, 64);
  const { open } = disks;
  const one = Buffer.from('one');
  await prepare(open, regions, one, request(1));
  assert.equal((await prepare(open, regions, one, request(1))).already, regions);
  assert.is((await thrown<DvmError>(() => prepare(open, regions, Buffer.from('other'), request(1)))).code, 'already-prepared');
  assert.is((await thrown<DvmError>(() => prepare(open, regions, one, request(2, 0)))).code, 'already-prepared');
  assert.is((await thrown<DvmError>(() => commit(open, regions, txn(2)))).code, 'already-prepared');
  assert.is((await thrown<DvmError>(() => abort(open, regions, txn(2)))).code, 'already-prepared');
  await commit(open, regions, txn(1));
  assert.is((await thrown<DvmError>(() => prepare(open, regions, one, request(3)))).code, 'wrong-parent');
  assert.is((await thrown<DvmError>(() => prepare(open, regions, one, { ...request(3, 1), txn: noTxn }))).code, 'bad-txn');
  await prepare(open, regions.slice(0, 1), one, request(2));
  const rest = await prepare(open, regions, one, request(2));
  assert.equal([rest.done, rest.already], [regions.slice(1), regions.slice(0, 1)]);
});

test('blank regions, initialised twice, in use', async () => {
  const { disks, regions } = blankBench(2, 64);
  assert.is((await thrown<DvmError>(() => readContent(disks.open, regions))).code, 'not-initialised');
  assert.equal((await initRegions(disks.open, regions)).done, regions);
  assert.equal((await initRegions(disks.open, regions)).already, regions);
  await prepare(disks.open, regions, Buffer.from('one'), request(1));
  await commit(disks.open, regions, txn(1));
  disks.record();
  assert.is((await thrown<DvmError>(() => initRegions(disks.open, regions))).code, 'region-in-use');
  assert.is(disks.bytesWritten(), 0);
  assert.equal((await initRegions(disks.open, regions, { overwrite: true })).done, regions);
  const [empty] = await regionStatus(disks.open, regions);
  assert.is(empty?.state, 'empty');
  disks.image('/dev/d0').fill(0xff, 64 * 512 + ((empty?.sequence ?? 0) & 1) * 4096 + 60, 64 * 512 + 8192);
  const [damaged] = await regionStatus(disks.open, regions);
  assert.is.not(damaged?.state, 'active', 'what was there before does not come back');
});

test('a version that is not there', async () => {
  const { disks, regions } = await bench(1, 64);
  await prepare(disks.open, regions, Buffer.from('one'), request(1));
  await commit(disks.open, regions, txn(1));
  assert.is((await thrown<DvmError>(() => readContent(disks.open, regions, { txn: txn(9) }))).code, 'no-such-version');
});

test('empty content and content of every small length', async () => {
  const { disks, regions } = await bench(1, 64);
  const random = new Random(5);
  for (let n = 1; n <= 30; n++) {
    const content = random.bytes(n === 1 ? 0 : n * 900);
    await prepare(disks.open, regions, content, request(n));
    await commit(disks.open, regions, txn(n));
    assert.equal((await readContent(disks.open, regions)).content, content);
  }
});

test('a full region: told before anything is written, and a smaller content still goes', async () => {
  const { disks, regions } = await bench(2, 64);
  const random = new Random(6);
  await prepare(disks.open, regions, random.bytes(100_000), request(1));
  await commit(disks.open, regions, txn(1));
  disks.record();
  const error = await thrown<DvmError>(() => prepare(disks.open, regions, random.bytes(120_000), request(2)));
  assert.is(error.code, 'region-full');
  assert.is(error.exitCode, 82);
  assert.is(disks.bytesWritten(), 0);
  await prepare(disks.open, regions, random.bytes(20_000), request(2));
  await commit(disks.open, regions, txn(2));
});

test('256 regions at once, each device opened once, others than the one read cost a superblock', async () => {
  const { disks, regions } = await bench(256, 128);
  const group = new Volumes(300, new Random(8));
  const contents = [group.content()];
  await prepare(disks.open, regions, contents[0] as Buffer, request(1));
  await commit(disks.open, regions, txn(1));
  disks.record();
  disks.opened = 0;
  const set = await openRegions(disks.open, regions, { write: true });
  await readFrom(set);
  assert.is(disks.opened, 256);
  assert.ok(disks.reads.bytes < 256 * 8192 + 2 * (contents[0]?.length ?? 0), `${disks.reads.bytes} bytes read`);
  group.add();
  const next = group.content();
  const { bytes } = await prepareIn(set, next, request(2));
  await commitIn(set, txn(2));
  await closeRegions(set);
  assert.ok(bytes < 32_768, `${bytes} bytes written`);
  assert.equal((await readContent(disks.open, regions)).content, next);
});

test('some regions of an open set', async () => {
  const { disks, regions } = await bench(3, 64);
  const set = await openRegions(disks.open, regions, { write: true });
  const some = subset(set, regions.slice(0, 2));
  await prepareIn(some, Buffer.from('one'), request(1));
  await commitIn(some, txn(1));
  assert.equal(
    setStatus(set).map((s) => s.state),
    ['active', 'active', 'empty'],
  );
});

test('arguments: transaction ids, the prepared transaction', async () => {
  assert.is(txnFlag(txn(1)), txn(1));
  assert.is((await thrown<DvmError>(() => txnFlag('12'))).code, 'bad-txn');
  const status = (n?: number) => ({ shadow: n === undefined ? undefined : { txn: txn(n) } }) as never;
  assert.is(preparedTxn([status(3), status(), status(3)]), txn(3));
  assert.is((await thrown<DvmError>(() => preparedTxn([status()]))).code, 'not-prepared');
  assert.is((await thrown<DvmError>(() => preparedTxn([status(1), status(2)]))).code, 'several-prepared');
});

test.run();
