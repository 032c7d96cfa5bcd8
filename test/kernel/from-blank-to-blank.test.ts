import { existsSync, mkdirSync, readlinkSync, statSync } from 'node:fs';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { devices, dvm, pipe, refusal, sh, sha256, tables, unsettled } from '#test/support/guest.js';

const disks = ['/dev/ubda', '/dev/ubdb', '/dev/ubdc', '/dev/ubdd'];
const mnt = '/tmp/mnt';
const sizeOf = (path: string): number => Number(sh`blockdev --getsz ${path}`);
const actions = (transaction: { devices: { action: string; name: string }[] }) =>
  transaction.devices.map((d) => `${d.action} ${d.name}`);

/** The whole life of a group; each test goes on where the one before it ended. */
guestTests({ disks: ['128M', '128M', '128M', '128M'] }, () => {
  const test = suite('from blank disks to blank disks');
  mkdirSync(mnt);
  let sum = '';

  test('a group of four disks', async () => {
    const blank = await dvm`list`;
    assert.equal(
      blank.unlabelled.map((d: { path: string }) => d.path),
      disks,
    );
    assert.equal(blank.groups, []);
    const made = await dvm`create demo ${disks} --extent-size 1M`;
    assert.is(made.seqno, 1);
    const { document, exitCode } = await pipe`discover demo | tm verify demo`;
    assert.equal([exitCode, document.state, document.regions.length], [0, 'ok', 4]);
  });

  test('a linear and a striped volume come up with nodes and links', async () => {
    assert.equal(actions(await dvm`create demo/data --size 48M`), ['create demo-data']);
    assert.equal(actions(await dvm`create demo/fast --size 64M --stripes 4 --stripe-size 16K`), ['create demo-fast']);
    for (const volume of ['data', 'fast']) {
      assert.is(readlinkSync(`/dev/dvm/demo/${volume}`), `../../mapper/demo-${volume}`);
      assert.ok(statSync(`/dev/demo/${volume}`).isBlockDevice());
    }
    assert.is(sizeOf('/dev/dvm/demo/data'), 48 * 2048);
    assert.match(tables()['demo-fast']?.[0] ?? '', /^0 131072 striped 4 32 98:0 \d+ 98:16 \d+ 98:32 \d+ 98:48 \d+$/);
  });

  test('a file system that is extended while it is mounted', async () => {
    sh`mkfs.ext4 -q /dev/dvm/demo/data`;
    sh`mount /dev/dvm/demo/data ${mnt}`;
    sh`dd if=/dev/urandom of=${mnt}/file bs=1M count=8 status=none`;
    sum = sha256(`${mnt}/file`);
    assert.equal(actions(await dvm`extend demo/data --size +100M`), ['reload demo-data']);
    sh`resize2fs /dev/dvm/demo/data`;
    sh`dd if=/dev/urandom of=${mnt}/more bs=1M count=70 status=none`; // more than there was before
    assert.equal(unsettled(), []);
    assert.ok((tables()['demo-data'] ?? []).length > 1, 'it spans devices');
  });

  test('the report, as text and as JSON, knows what is active', async () => {
    await dvm`deactivate demo/fast`;
    const text = await pipe`discover demo | tm read demo | report demo --show lv -o lv_name,lv_size,lv_layout,lv_active,lv_attr`;
    assert.equal(String(text.document.text).replaceAll(/ +/g, ' ').split('\n'), [
      'LV LSize Layout Active Attr',
      'data 148M linear yes -wi-ao----',
      'fast 64M striped no -wi-------',
      '',
    ]);
    const json = await pipe`discover demo | tm read demo | report demo --show all --format json -o +lv_device_open`;
    const document = JSON.parse(json.document.text);
    assert.equal(
      document.lv.map((l: Record<string, unknown>) => [l.lv_name, l.lv_size_sectors, l.lv_active, l.lv_device_open]),
      [
        ['data', 148 * 2048, true, true],
        ['fast', 64 * 2048, false, null],
      ],
    );
    assert.is(document.vg[0].vg_free_sectors, (4 * 122 - 148 - 64) * 2048);
    assert.is(document.pv.length, 4);
    assert.is(
      document.seg.reduce((n: number, s: Record<string, number>) => n + (s.seg_size_sectors ?? 0), 0),
      212 * 2048,
    );
  });

  test('all down, found again by its labels, up again: the data is the same', async () => {
    const held = await refusal(() => dvm`deactivate demo`);
    assert.equal([held.code, held.exit], ['device-in-use', 'inUse']);
    sh`umount ${mnt}`;
    await dvm`deactivate demo`;
    assert.equal(devices(), []);
    for (const path of ['/dev/dvm/demo', '/dev/demo', '/dev/mapper/demo-data']) assert.not.ok(existsSync(path), path);
    const found = await pipe`discover demo`;
    assert.equal(
      Object.values<{ path: string }>(found.document.devices)
        .map((d) => d.path)
        .sort(),
      disks,
    );
    await dvm`activate demo`;
    assert.equal(devices(), ['demo-data', 'demo-fast']);
    sh`e2fsck -fn /dev/dvm/demo/data`;
    sh`mount /dev/dvm/demo/data ${mnt}`;
    assert.is(sha256(`${mnt}/file`), sum);
  });

  test('export takes everything down unless it is in use; nothing comes up until import', async () => {
    assert.is((await refusal(() => dvm`export demo`)).code, 'device-in-use');
    sh`umount ${mnt}`;
    await dvm`export demo`;
    assert.equal(devices(), []);
    assert.is((await refusal(() => dvm`activate demo`)).code, 'exported');
    await dvm`import demo`;
    await dvm`activate demo`;
    assert.equal(devices(), ['demo-data', 'demo-fast']);
    sh`mount /dev/dvm/demo/data ${mnt}`;
    assert.is(sha256(`${mnt}/file`), sum);
  });

  test('reduce: the file system first, then the volume', async () => {
    sh`rm ${mnt}/more`;
    sh`umount ${mnt}`;
    sh`e2fsck -fp /dev/dvm/demo/data`;
    sh`resize2fs /dev/dvm/demo/data 64M`;
    await dvm`reduce demo/data --size 70M`;
    assert.is(sizeOf('/dev/dvm/demo/data'), 70 * 2048);
    sh`e2fsck -fn /dev/dvm/demo/data`;
    sh`mount /dev/dvm/demo/data ${mnt}`;
    assert.is(sha256(`${mnt}/file`), sum);
  });

  test('renamed while mounted: nodes and links follow, of a volume and of the group', async () => {
    assert.equal(actions(await dvm`rename demo/data home`), ['rename demo-data']);
    assert.ok(statSync('/dev/dvm/demo/home').isBlockDevice());
    assert.not.ok(existsSync('/dev/dvm/demo/data'));
    await dvm`rename demo prod`;
    assert.equal(devices(), ['prod-fast', 'prod-home']);
    assert.ok(statSync('/dev/dvm/prod/home').isBlockDevice());
    for (const path of ['/dev/dvm/demo', '/dev/demo', '/dev/mapper/demo-home']) assert.not.ok(existsSync(path), path);
    assert.is(sha256(`${mnt}/file`), sum);
    assert.is((await refusal(() => pipe`discover demo`)).exit, 'notFound');
    sh`umount ${mnt}`;
  });

  test('a device joins and leaves; not while volumes use it', async () => {
    sh`truncate -s 64M /tmp/extra`;
    const extra = sh`losetup -f --show /tmp/extra`.trim();
    await dvm`extend prod ${extra}`;
    await dvm`create prod/tmp --size 20M ${extra}`;
    const used = await refusal(() => dvm`reduce prod ${extra}`);
    assert.is(used.exit, 'inUse');
    assert.match(used.message, /tmp/);
    assert.is((await pipe`discover prod | tm verify prod`).document.regions.length, 5);
    await dvm`remove prod/tmp`;
    await dvm`reduce prod ${extra}`;
    assert.is((await pipe`discover prod | tm verify prod`).document.regions.length, 4);
    assert.is(sh`wipefs ${extra}`, '');
    assert.equal(
      ((await dvm`list`).unlabelled as { path: string }[]).map((d) => d.path),
      [extra],
    );
    sh`losetup -d ${extra}`;
  });

  test('a volume in use is not removed, and a group with volumes is not destroyed', async () => {
    sh`mount /dev/dvm/prod/home ${mnt}`;
    const inUse = await refusal(() => dvm`remove prod/home`);
    assert.equal([inUse.code, inUse.exit], ['device-in-use', 'inUse']);
    assert.is(sha256(`${mnt}/file`), sum);
    sh`umount ${mnt}`;
    assert.is((await refusal(() => dvm`remove prod`)).exit, 'inUse');
    assert.equal(devices(), ['prod-fast', 'prod-home']);
  });

  test('removed and destroyed: the disks are blank', async () => {
    await dvm`remove prod/home`;
    await dvm`remove prod/fast`;
    assert.equal(devices(), []);
    await dvm`remove prod`;
    const list = await dvm`list`;
    assert.equal(list.groups, []);
    assert.equal(
      list.unlabelled.map((d: { path: string; carries: unknown[] }) => [d.path, d.carries]),
      disks.map((d) => [d, []]),
    );
    assert.is(sh`wipefs ${disks}`, '');
  });

  test.run();
});
