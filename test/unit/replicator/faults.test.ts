import type { Region } from '#documents/regions.js';
import { type Outcome, requireAll } from '#replicator/flip.js';
import { prepareIn } from '#replicator/prepare.js';
import { openRegions } from '#replicator/region-set.js';
import { abort, clearMark, commit, history, initRegions, prepare, readContent, regionStatus } from '#replicator/replicator.js';
import { assert, suite, thrown } from '#test/support/check.js';
import type { Disks } from '#test/support/disk.js';
import { Random } from '#test/support/random.js';
import type { DvmError } from '#tool/errors.js';
import { bench, blankBench, request, txn } from './support.js';

const test = suite('devices that fail');

const content = (n: number) =>
  Buffer.from(Array.from({ length: 200 }, (_, i) => `line ${i} of version ${i % 9 === 0 ? n : 0}\n`).join(''));

async function upTo(disks: Disks, regions: Region[], last: number): Promise<void> {
  for (let n = 1; n <= last; n++) {
    await prepare(disks.open, regions, content(n), request(n));
    await commit(disks.open, regions, txn(n));
  }
}

const operations: Record<
  string,
  { before: (d: Disks, r: Region[]) => Promise<unknown>; act: (d: Disks, r: Region[]) => Promise<unknown> }
> = {
  prepare: { before: (d, r) => upTo(d, r, 2), act: (d, r) => prepare(d.open, r, content(3), request(3)) },
  commit: {
    before: async (d, r) => {
      await upTo(d, r, 2);
      await prepare(d.open, r, content(3), request(3, 2, true));
    },
    act: (d, r) => commit(d.open, r, txn(3)),
  },
  abort: {
    before: async (d, r) => {
      await upTo(d, r, 2);
      await prepare(d.open, r, content(3), request(3));
    },
    act: (d, r) => abort(d.open, r, txn(3)),
  },
  'clear mark': {
    before: async (d, r) => {
      await upTo(d, r, 2);
      await prepare(d.open, r, content(3), request(3, 2, true));
      await commit(d.open, r, txn(3));
    },
    act: (d, r) => clearMark(d.open, r, txn(3)),
  },
};

for (const [name, { before, act }] of Object.entries(operations))
  test(`an I/O error at any point of ${name}`, async () => {
    const { disks, regions } = await bench(3, 64);
    await before(disks, regions);
    for (let at = 0; ; at++) {
      const copy = disks.copy();
      let hit = false;
      copy.fault = (_, index) => {
        hit ||= index === at;
        return index === at;
      };
      const result = (await act(copy, regions).catch((e: unknown) => e)) as DvmError | Outcome;
      copy.fault = undefined;
      if (!hit) {
        assert.ok(at > 5, 'the operation has several points');
        return;
      }
      assert.ok(result instanceof Error || result.failed.length === 1, `${name}: the error at ${at} is told`);
      for (const s of await regionStatus(copy.open, regions)) assert.ok([txn(2), txn(3)].includes(s.active?.txn ?? ''));
      await act(copy, regions);
      const { version } = await readContent(copy.open, regions);
      assert.is(version.txn, name === 'prepare' || name === 'abort' ? txn(2) : txn(3));
    }
  });

test('a partly done commit names the regions', async () => {
  const { disks, regions } = await bench(3, 64);
  await prepare(disks.open, regions, content(1), request(1));
  disks.fault = (op) => op.disk === '/dev/d1' && op.kind === 'settle';
  const outcome = await commit(disks.open, regions, txn(1));
  assert.equal(outcome.done, [regions[0], regions[2]]);
  assert.equal(
    outcome.failed.map((f) => f.region),
    [regions[1]],
  );
  const error = await thrown<DvmError>(() => requireAll(outcome, 'committed'));
  assert.is(error.code, 'partly-done');
  assert.is(error.exitCode, 85);
});

test('a commit that fails everywhere says so', async () => {
  const { disks, regions } = await bench(2, 64);
  await prepare(disks.open, regions, content(1), request(1));
  disks.fault = (op) => op.kind === 'write';
  const error = await thrown<DvmError>(async () => requireAll(await commit(disks.open, regions, txn(1)), 'committed'));
  assert.is(error.code, 'io-error');
});

test('a prepare that fails in one region is told, and can be aborted in the others', async () => {
  const { disks, regions } = await bench(3, 64);
  const failing = async (kind: 'write' | 'settle') => {
    disks.fault = (op) => op.disk === '/dev/d1' && op.kind === kind;
    const error = await thrown<DvmError>(() => prepare(disks.open, regions, content(1), request(1)));
    assert.is(error.code, 'prepare-failed');
    assert.match(error.message, '1 of 3 regions could not be prepared');
    disks.fault = undefined;
    return (await regionStatus(disks.open, regions)).map((s) => s.state);
  };
  assert.equal(await failing('write'), ['empty', 'empty', 'empty']); // superblocks come last
  assert.equal(await failing('settle'), ['prepared', 'prepared', 'prepared']); // it arrived, but who knows
  assert.equal((await abort(disks.open, regions, txn(1))).done, regions);
});

test('a region after a failed flush is not used again', async () => {
  const { disks, regions } = await bench(1, 64);
  const set = await openRegions(disks.open, regions, { write: true });
  disks.fault = (op) => op.kind === 'flush';
  await thrown(() => prepareIn(set, content(1), request(1)));
  disks.fault = undefined;
  const again = await thrown<DvmError>(() => prepareIn(set, content(1), request(1)));
  assert.is(again.code, 'io-error');
});

test('a damaged page or table is read from another region and told', async () => {
  const { disks, regions } = await bench(2, 64);
  await upTo(disks, regions, 1);
  const sound = disks.copy();
  const { size: length } = disks.image('/dev/d0');
  let damaged = 0;
  for (let block = 10; block < Math.min(length / 4096, 30); block++) {
    const copy = sound.copy();
    copy.image('/dev/d0').fill(0x55, block * 4096 + 100, block * 4096 + 200);
    const read = await readContent(copy.open, regions);
    assert.equal(read.content, content(1));
    damaged += read.problems.length;
  }
  assert.ok(damaged >= 3, `${damaged} blocks of the content were hit`);
  for (const path of ['/dev/d0', '/dev/d1']) disks.image(path).fill(0x55, 10 * 4096, length);
  assert.is((await thrown<DvmError>(() => readContent(disks.open, regions))).code, 'region-damaged');
});

test('a damaged superblock leaves the older one; two leave nothing', async () => {
  const { disks, regions } = await bench(1, 64);
  await upTo(disks, regions, 2);
  const start = 64 * 512;
  const newest = (await regionStatus(disks.open, regions))[0]?.sequence ?? 0;
  disks.image('/dev/d0').fill(0xff, start + (newest & 1) * 4096 + 60, start + (newest & 1) * 4096 + 70);
  const [older] = await regionStatus(disks.open, regions);
  assert.is(older?.state, 'prepared');
  assert.is(older?.shadow?.txn, txn(2));
  assert.equal((await readContent(disks.open, regions)).content, content(1));
  await commit(disks.open, regions, txn(2));
  assert.equal((await readContent(disks.open, regions)).content, content(2));
  for (const slot of [0, 1]) disks.image('/dev/d0').fill(0xff, start + slot * 4096 + 60, start + slot * 4096 + 70);
  const [none] = await regionStatus(disks.open, regions);
  assert.is(none?.state, 'damaged');
  assert.is((await thrown<DvmError>(() => initRegions(disks.open, regions))).code, 'region-in-use');
  await initRegions(disks.open, regions, { overwrite: true });
  assert.is((await regionStatus(disks.open, regions))[0]?.state, 'empty');
});

test('damaged history: what is before it is read, updates go on', async () => {
  const { disks, regions } = await bench(1, 1024);
  await upTo(disks, regions, 70);
  const [region] = regions as [Region];
  const all = await history(disks.open, region);
  assert.is(all.versions.length, 69);
  const image = disks.image('/dev/d0').read();
  const blocks: number[] = [];
  for (let at = 0; at < image.length; at += 4096) if (image.toString('latin1', at, at + 8) === 'dvmhisto') blocks.push(at);
  const counts = new Set<number>();
  for (const at of blocks) {
    const copy = disks.copy();
    copy.image('/dev/d0').fill(0xaa, at + 200, at + 204);
    const left = await history(copy.open, region);
    counts.add(left.versions.length);
    if (left.versions.length < 69) assert.match(left.problem ?? '', /history block/);
    await prepare(copy.open, regions, content(71), request(71));
    await commit(copy.open, regions, txn(71));
    const after = await history(copy.open, region);
    assert.is(after.problem, undefined);
    assert.is(after.versions.length, left.versions.length + 1);
  }
  assert.ok(counts.has(0) && [...counts].some((c) => c > 0 && c < 69), [...counts].join());
});

test('a region at another place, or cut short, is not taken for the real one', async () => {
  const { disks, regions } = await bench(1, 64);
  await upTo(disks, regions, 1);
  disks.image('/dev/d0').change((bytes) => bytes.copyWithin(72 * 512, 64 * 512, (64 + 32 * 8) * 512));
  const [moved] = await regionStatus(disks.open, [{ path: '/dev/d0', start: 72, length: 256 }]);
  assert.is(moved?.state, 'damaged');
  assert.match(moved?.error?.message ?? '', /starts at sector 64/);
  const short = await regionStatus((await bench(1, 64)).disks.open, [{ path: '/dev/d0', start: 64, length: 256 }]);
  assert.match(short[0]?.error?.message ?? '', /region of 512 sectors/);
});

test('regions that cannot be: outside the device, unaligned, missing, overlapping, none, tiny', async () => {
  const { disks } = blankBench(1, 64);
  const status = async (start: number, length: number, path = '/dev/d0') =>
    (await regionStatus(disks.open, [{ path, start, length }]))[0];
  assert.is((await status(64, 1 << 20))?.error?.code, 'region-outside');
  assert.is((await status(63, 512))?.error?.code, 'region-unaligned');
  assert.is((await status(64, 512, '/dev/none'))?.error?.code, 'no-device');
  assert.is((await status(64, 512, '/dev/none'))?.state, 'unreadable');
  const at = (start: number) => ({ path: '/dev/d0', start, length: 128 });
  assert.is((await thrown<DvmError>(() => regionStatus(disks.open, [at(64), at(128)]))).code, 'overlapping-regions');
  assert.is((await thrown<DvmError>(() => regionStatus(disks.open, []))).code, 'no-regions');
  const tiny = [{ path: '/dev/d0', start: 0, length: 64 }];
  assert.is((await thrown<DvmError>(() => initRegions(disks.open, tiny))).code, 'region-too-small');
});

test('random damage anywhere is told or harmless, never another content', async () => {
  const { disks, regions } = await bench(1, 64);
  await upTo(disks, regions, 3);
  for (let seed = 1; seed <= 300; seed++) {
    const random = new Random(seed);
    const copy = disks.copy();
    copy.image('/dev/d0').change((bytes) => {
      for (let n = 0; n <= random.below(4); n++) bytes[random.below(bytes.length)] = random.below(256);
    });
    const read = await readContent(copy.open, regions).catch((e: unknown) => e as DvmError);
    if (read instanceof Error) assert.is(read.exit, 'io', `seed ${seed}: ${read.message}`);
    else assert.ok(read.content.equals(content(3)) || read.content.equals(content(2)), `seed ${seed}`);
  }
});

test.run();
