import type { suite } from './check.js';
import { assert } from './check.js';
import { devices, dvm, pipe, tables, unsettled } from './guest.js';
import { digest, fill, synced } from './raid.js';

/** From one type to the next, and what the kernel's table then is. */
export type Takeover = [type: string, table: RegExp];

/** Takes a new volume over to one type after another: no byte of data moves, and each is as it was when it comes up anew. */
export function takeovers(test: ReturnType<typeof suite>, make: string, steps: readonly Takeover[]): void {
  test(make, async () => {
    await dvm`create vg/v --size ${size}M ${make.split(' ')}`;
    const seen = { sum: fill(path, size, 1), seed: 2 };
    await settled();
    for (const [type, table] of steps) {
      await dvm`convert vg/v --type ${type}`;
      assert.match(tableOf(), table);
      await settled();
      assert.is(digest(path, size), seen.sum, type);
      seen.sum = fill(path, size, seen.seed++);
      await dvm`deactivate vg/v`;
      await dvm`activate vg/v`;
      assert.is(digest(path, size), seen.sum, `${type}, down and up`);
    }
    assert.equal(unsettled(), []);
    await dvm`remove vg/v`;
    assert.equal(devices(), []);
  });
}

/** MiB. */
const size = 6;
const path = '/dev/dvm/vg/v';

const tableOf = (): string => tables()['vg-v']?.[0] ?? '';

/** The kernel has built what it is to build, and the metadata knows. */
async function settled(): Promise<void> {
  if (!tableOf().includes('region_size')) return;
  synced('vg-v');
  await pipe`discover vg | tm update vg -- vg_check`;
}
