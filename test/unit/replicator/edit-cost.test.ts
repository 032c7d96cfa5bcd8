import { clearMarkIn, commitIn } from '#replicator/flip.js';
import { prepareIn } from '#replicator/prepare.js';
import { readFrom } from '#replicator/read.js';
import { withRegions } from '#replicator/region-set.js';
import { assert, suite } from '#test/support/check.js';
import { Random } from '#test/support/random.js';
import { type Bench, bench, request, txn, Volumes } from './support.js';

const test = suite('cost of one edit');

/** What one transaction of the size of `tm update` writes to one region. */
async function transact({ disks, regions }: Bench, n: number, content: Buffer): Promise<number> {
  disks.forget();
  await withRegions(disks.open, regions, { write: true }, async (set) => {
    if (n > 1) await readFrom(set);
    await prepareIn(set, content, request(n, n - 1, true));
    await commitIn(set, txn(n));
    await clearMarkIn(set, txn(n));
  });
  return disks.bytesWritten() / regions.length;
}

for (const [volumes, edits, blocks] of [
  [10, 200, 1024],
  [1_000, 60, 2048],
  [100_000, 12, 16_384],
] as const)
  test(`a volume more or less in ${volumes} writes at most 64 KiB`, async () => {
    const seed = volumes;
    const random = new Random(seed);
    const group = new Volumes(volumes, random);
    const made = await bench(1, blocks);
    await transact(made, 1, group.content());
    const costs: number[] = [];
    for (let n = 2; n < edits + 2; n++) {
      if (random.chance(0.5) && group.lines.length > 5) group.remove();
      else group.add();
      costs.push(await transact(made, n, group.content()));
    }
    costs.sort((a, b) => a - b);
    assert.ok((costs.at(-1) as number) <= 64 * 1024, `seed ${seed}: ${costs.at(-1)} bytes`);
  });

test.run();
