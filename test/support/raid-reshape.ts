import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { devName } from '#blockdev/libc.js';
import type { suite } from './check.js';
import { assert } from './check.js';
import { dvm, pipe, sh, tables, unsettled } from './guest.js';
import { digest, fill, synced } from './raid.js';
import { startWriter } from './writer.js';

/** What is asked for, the kernel's table once it is done, and the size of the volume in MiB then. */
export type Reshape = [words: string, table: RegExp, size: number];

const path = '/dev/dvm/vg/a';

/** Lays out a new volume of 8 MiB anew time and again, while fio writes its first half and reads it back. */
export function reshapes(test: ReturnType<typeof suite>, make: string, steps: readonly Reshape[]): void {
  let sum = '';

  test(make, async () => {
    await dvm`create vg/a --size 8M ${make.split(' ')}`;
    reshapeAt('full speed');
    sum = fill(path, 4, 1, 4);
    synced('vg-a');
    await pipe`discover vg | tm update vg -- vg_check`;
  });

  for (const [words, table, size] of steps)
    test(words, async () => {
      const writer = startWriter([path], '4m');
      await written(path);
      try {
        await dvm`convert vg/a ${words.split(' ')}`;
      } finally {
        await writer.stop();
      }
      assert.equal(await writer.verdict(), { failed: [], rounds: true });
      assert.match(tables()['vg-a']?.[0] ?? '', table);
      assert.is(Number(sh`blockdev --getsz ${path}`), size * 2048);
      assert.is(digest(path, 4, 4), sum);
      assert.equal(unsettled(), []);
    });

  test('parity is right after all that', async () => {
    synced('vg-a');
    await dvm`scrub vg/a`;
    assert.is(synced('vg-a').mismatches, 0);
    await dvm`remove vg/a`;
  });
}

/** Until somebody has written to a device. */
async function written(device: string): Promise<void> {
  const { rdev } = statSync(device);
  const writes = (): string => readFileSync(`/sys/dev/block/${devName(rdev)}/stat`, 'utf8');
  const before = writes();
  for (let i = 0; i < 400 && writes() === before; i++) await sleep(50);
}

/** How fast md may go: as it likes whatever else is written, or at a crawl. Known to the kernel once there is a raid. */
export function reshapeAt(speed: 'full speed' | 'a crawl'): void {
  const [least, most] = speed === 'a crawl' ? [100, 100] : [1_000_000, 1_000_000];
  writeFileSync('/proc/sys/dev/raid/speed_limit_min', `${least}`);
  writeFileSync('/proc/sys/dev/raid/speed_limit_max', `${most}`);
}
