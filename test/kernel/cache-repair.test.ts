import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { devices, dvm, pipe, refusal, sh, tables, unsettled } from '#test/support/guest.js';

/** Damaged metadata of a cache on a real kernel: noticed before the volume comes up, made anew on the spare, or dropped. */

/** Where the metadata begins, on the second disk: while the volume is active. */
function metadataByte(): number {
  const [, sector = ''] = /linear 98:16 (\d+)/.exec(tables()['vg-data_cmeta']?.[0] ?? '') ?? [];
  return Number(sector) * 512;
}

/** Overwrites the root of what the policy remembers: mappings stay readable. */
function damage(at: number): void {
  const fd = openSync('/dev/ubdb', 'rs+');
  const superblock = Buffer.alloc(4096);
  readSync(fd, superblock, 0, 4096, at);
  const root = Number(superblock.readBigUInt64LE(200)); // hint_root
  assert.ok(root > 0 && root < 2048, `block ${root}`);
  writeSync(fd, Buffer.alloc(4096, 0x5a), 0, 4096, at + root * 4096);
  closeSync(fd);
}

const sum = (): string => sh`sha256sum /dev/mapper/vg-data`.split(' ')[0] ?? '';

guestTests({ disks: ['64M', '64M'] }, () => {
  const test = suite('damaged caches');
  let wanted = '';

  /** A writeback cache with much that is nowhere else, down. */
  async function fill(): Promise<number> {
    await dvm`cache vg/data /dev/ubdb --size 16M --mode writeback`;
    for (let i = 0; i < 3; i++)
      sh`dd if=/dev/urandom of=/dev/mapper/vg-data bs=64k count=64 oflag=direct conv=notrunc status=none`;
    wanted = sum();
    const at = metadataByte();
    await dvm`deactivate vg`;
    return at;
  }

  test('damaged metadata is named, with what to type, and the volume stays down', async () => {
    await dvm`create vg /dev/ubda /dev/ubdb --extent-size 1M`;
    await dvm`create vg/data /dev/ubda --size 32M`;
    damage(await fill());
    const e = await refusal(() => dvm`activate vg`);
    assert.is(e.code, 'cache-damaged');
    assert.match(e.message, /metadata of the cache of "vg-data" is damaged/);
    assert.match(e.hint ?? '', /dvm repair GROUP\/VOLUME --cache .*--off --drop/);
    assert.equal(devices(), []);
    // the kernel finds it out too, only later
    assert.is((await refusal(() => dvm`activate vg --no-cache-check`)).code, 'activation-pending');
    assert.equal([unsettled(), devices().includes('vg-data')], [[], false]);
    await dvm`deactivate vg`;
    assert.equal(devices(), []);
  });

  test('made anew it has all that was written', async () => {
    await dvm`repair vg/data`;
    await dvm`activate vg/data`;
    assert.is((await refusal(() => dvm`repair vg/data --cache`)).code, 'cache-active');
    assert.is(sum(), wanted);
    await dvm`cache vg/data --off`;
    assert.equal(devices(), ['vg-data', 'vg-data_meta0']);
    assert.is(sum(), wanted);
    await dvm`remove vg/data_meta0`;
  });

  test('a writethrough cache is dropped without loss', async () => {
    await fill();
    await dvm`activate vg/data`;
    await dvm`cache vg/data --mode writethrough`;
    await pipe`discover vg | tm read vg | vg_wait --timeout 60`;
    await pipe`discover vg | tm update vg -- vg_check`;
    const at = metadataByte();
    await dvm`deactivate vg`;
    damage(at);
    assert.is((await refusal(() => dvm`activate vg`)).code, 'cache-damaged');
    await dvm`cache vg/data --off --drop`;
    await dvm`activate vg`;
    assert.equal(devices(), ['vg-data']);
    assert.is(sum(), wanted);
  });

  test.run();
});
