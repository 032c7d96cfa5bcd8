import type { Region } from '#documents/regions.js';
import { growIn } from '#replicator/grow.js';
import { withRegions } from '#replicator/region-set.js';
import { abort, clearMark, commit, prepare, regionStatus } from '#replicator/replicator.js';
import { assert, suite } from '#test/support/check.js';
import type { Disks } from '#test/support/disk.js';
import { Random } from '#test/support/random.js';
import { bench, request, txn } from './support.js';

const test = suite('a superblock that is not durable yet');

const content = (n: number, lines = 500) =>
  Buffer.from(Array.from({ length: lines }, (_, i) => `line ${i} of version ${n}, unlike others\n`).join(''));

/** What may write the superblock after the one without the mark. */
const followers: Record<string, (d: Disks, r: Region[]) => Promise<unknown>> = {
  grow: (d, regions) =>
    withRegions(
      d.open,
      regions.map((r) => ({ ...r, length: r.length + 64 })),
      { write: true },
      growIn,
    ),
  'a prepare with room': (d, r) => prepare(d.open, r, content(8), request(8)),
  'a prepare that gives up history': (d, r) => prepare(d.open, r, content(8, 3000), request(8)),
  'prepare and abort': async (d, r) => {
    await prepare(d.open, r, content(8), request(8));
    await abort(d.open, r, txn(8));
  },
};

/** Seven versions, the last one with a mark, which is then cleared: that superblock may still be in the disk's cache. */
async function cleared(): Promise<{ disks: Disks; regions: Region[] }> {
  const made = await bench(1, 64);
  const { disks, regions } = made;
  for (let n = 1; n <= 7; n++) {
    await prepare(disks.open, regions, content(n), request(n, n - 1, true));
    await commit(disks.open, regions, txn(n));
  }
  disks.record();
  await clearMark(disks.open, regions, txn(7));
  return made;
}

for (const [name, follow] of Object.entries(followers))
  test(`power cut, sectors torn: ${name} never takes back a commit`, async () => {
    const { disks, regions } = await cleared();
    await follow(disks, regions);
    for (let count = 0; count <= disks.log.length; count++)
      for (let seed = 1; seed <= 60; seed++) {
        const [status] = await regionStatus(disks.crash(count, new Random(seed)).open, regions);
        assert.is(
          status?.active?.txn,
          txn(7),
          `after ${count} of ${disks.log.length} operations, seed ${seed}: ${status?.state}`,
        );
      }
  });

test.run();
