import type { OpenStorage, Storage } from '#blockdev/storage.js';
import { commit, prepare, readContent, readPrefix } from '#replicator/replicator.js';
import { assert, suite } from '#test/support/check.js';
import type { Random } from '#test/support/random.js';
import { Random as Seeded } from '#test/support/random.js';
import { type Bench, bench, request, txn } from './support.js';

const test = suite('readers without a lock');

/** Versions whose content tells which they are. */
function content(n: number): Buffer {
  return Buffer.from(Array.from({ length: 200 }, (_, i) => `line ${i} of version ${n}\n`).join(''));
}

class Writer {
  last = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(readonly bench: Bench) {}

  /** One transaction after the other, as the lock of a group has it. */
  transact(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#transact());
    return this.#turn;
  }

  async #transact(): Promise<void> {
    const { disks, regions } = this.bench;
    const n = ++this.last;
    await prepare(disks.open, regions, content(n), request(n));
    await commit(disks.open, regions, txn(n));
  }
}

/** Lets the writer finish some transactions before the read with one of the numbers. */
function interrupted(writer: Writer, at: (read: number) => number): OpenStorage {
  let reads = 0;
  return async (path, options) => {
    const inner = await writer.bench.disks.open(path, options);
    const read: Storage['read'] = async (offset, length) => {
      for (let n = at(reads++); n > 0; n--) await writer.transact();
      return inner.read(offset, length);
    };
    return Object.assign(Object.create(inner), {
      path,
      size: inner.size,
      blockSize: inner.blockSize,
      read,
      close: () => inner.close(),
    });
  };
}

test('a writer that overtakes the reader anywhere: one version, whole', async () => {
  for (let at = 0; at < 14; at++)
    for (const transactions of [1, 3, 12]) {
      const writer = new Writer(await bench(2, 20)); // so small that old versions go at once
      await writer.transact();
      const open = interrupted(writer, (read) => (read === at ? transactions : 0));
      const { content: found, version } = await readContent(open, writer.bench.regions);
      assert.equal(found, content(Number.parseInt(version.txn, 16)), `read ${at}, ${transactions} transactions`);
    }
});

test('a prefix is of one version too', async () => {
  for (let at = 0; at < 8; at++) {
    const writer = new Writer(await bench(1, 20));
    await writer.transact();
    const open = interrupted(writer, (read) => (read === at ? 9 : 0));
    const prefix = await readPrefix(open, writer.bench.regions[0] as Bench['regions'][0], () => true);
    assert.ok(
      [1, 10].some((n) => prefix?.equals(content(n))),
      `read ${at}`,
    );
  }
});

test('a writer that never rests: the reader comes through while old versions last', async () => {
  const random: Random = new Seeded(1);
  const writer = new Writer(await bench(2, 200));
  await writer.transact();
  const open = interrupted(writer, () => (writer.last < 200 && random.chance(0.3) ? 1 : 0));
  for (let i = 0; i < 20; i++) {
    const { content: found, version } = await readContent(open, writer.bench.regions);
    assert.equal(found, content(Number.parseInt(version.txn, 16)));
  }
});

test.run();
