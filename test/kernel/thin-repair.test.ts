import { closeSync, openSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { devices, dvm, pipe, refusal, sh, tables } from '#test/support/guest.js';

/** Damaged metadata of a thin pool on a real kernel: noticed before the pool comes up, made anew on the spare. */

const disks = new Map([
  ['98:0', '/dev/ubda'],
  ['98:16', '/dev/ubdb'],
]);
let metadata = { path: '', byte: 0 };

/** Overwrites the block in which the pool counts its chunks: mappings stay readable. */
function damage(): void {
  const fd = openSync(metadata.path, 'rs+');
  const superblock = Buffer.alloc(4096);
  readSync(fd, superblock, 0, 4096, metadata.byte);
  const bitmapRoot = Number(superblock.readBigUInt64LE(64 + 16)); // data_space_map_root.bitmap_root
  assert.ok(bitmapRoot > 0 && bitmapRoot < 512, `block ${bitmapRoot}`);
  writeSync(fd, Buffer.alloc(4096, 0x5a), 0, 4096, metadata.byte + bitmapRoot * 4096);
  closeSync(fd);
}

guestTests({ disks: ['128M', '128M'] }, () => {
  const test = suite('damaged thin pools');

  test('a pool in order comes up after its check', async () => {
    await dvm`create vg /dev/ubda /dev/ubdb --extent-size 1M`;
    await dvm`thin-pool vg/pool --size 40M`;
    await dvm`thin vg/t1 --pool pool --virtual-size 20M`;
    sh`cp /etc/services /tmp/data`;
    sh`dd if=/tmp/data of=/dev/mapper/vg-t1 conv=notrunc,fsync`;
    const [, dev = '', sector = ''] = /linear (\S+) (\d+)/.exec(tables()['vg-pool_tmeta']?.[0] ?? '') ?? [];
    metadata = { path: disks.get(dev) ?? '', byte: Number(sector) * 512 };
    await dvm`deactivate vg`;
    await dvm`activate vg`;
    await dvm`deactivate vg`;
  });

  test('damaged metadata is named, and the pool stays down', async () => {
    damage();
    const e = await refusal(() => dvm`activate vg`);
    assert.is(e.code, 'pool-damaged');
    assert.match(e.message, /metadata of thin pool "vg-pool-tpool" is damaged/);
    assert.equal(devices(), []);
  });

  test('the check can be left out, by a word or by the config, and does not take for ever', async () => {
    const slow = '/tmp/slow-check';
    writeFileSync(slow, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
    const config = { kind: 'config', version: 1, tm: { thinCheck: { check: [slow], seconds: 1 } } };
    writeFileSync('/tmp/config.json', JSON.stringify(config), { mode: 0o600 });
    await dvm`activate vg/pool -c /tmp/config.json`;
    assert.ok(devices().includes('vg-pool-tpool'));
    await dvm`deactivate vg`;
    await dvm`activate vg/pool --no-thin-check`;
    await refusal(() => dvm`repair vg/pool`).then((e) => assert.is(e.code, 'pool-active'));
    await dvm`deactivate vg`;
  });

  test('repaired, all that was written is there', async () => {
    await dvm`repair vg/pool`;
    const { lvs } = (await pipe`discover vg | tm read vg`).document.metadata;
    const names = Object.values<{ name: string }>(lvs).map((lv) => lv.name);
    assert.equal(names.sort(), ['lvol0_pmspare', 'pool', 'pool_meta0', 'pool_tdata', 'pool_tmeta', 't1']);
    await dvm`activate vg/t1`;
    sh`cmp -n ${String(sh`cat /tmp/data`.length)} /tmp/data /dev/mapper/vg-t1`;
    await dvm`snapshot vg/t1 s1`;
    await dvm`remove vg/pool_meta0`;
  });

  test('a pool at another transaction is named and not touched; a repair gives it the one that the group has', async () => {
    await dvm`activate vg`;
    const id = /thin-pool (\d+) /.exec(sh`dmsetup status vg-pool-tpool`)?.[1] ?? '';
    sh`dmsetup message vg-pool-tpool 0 ${`set_transaction_id ${id} 99`}`;
    for (const state of ['up', 'down']) {
      const e = await refusal(() => (state === 'up' ? dvm`snapshot vg/t1 s2` : dvm`activate vg`));
      assert.equal([e.code, e.exitCode], ['pool-transaction', 84], state);
      assert.match(e.message, new RegExp(`^thin pool "vg-pool-tpool" is at transaction 99, not .*\\b${id}\\b`));
      await dvm`deactivate vg`;
      assert.equal(devices(), []);
    }
    await dvm`repair vg/pool`;
    await dvm`activate vg`;
    sh`cmp -n ${String(sh`cat /tmp/data`.length)} /tmp/data /dev/mapper/vg-t1`;
    await dvm`snapshot vg/t1 s2`;
    assert.match(sh`dmsetup status vg-pool-tpool`, new RegExp(`thin-pool ${Number(id) + 1} `));
  });

  test.run();
});
