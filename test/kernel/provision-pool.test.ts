import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Devices } from '#documents/devices.js';
import { arrived } from '#provision/pool/arrive.js';
import { dvmPool } from '#provision/pool/dvm-pool.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { devices, refusal, sh, sha256 } from '#test/support/guest.js';

/** From blank disks to a pool, and to a mounted directory for etcd. */
guestTests({ disks: ['128M', '128M', '64M'], memory: '512M' }, () => {
  const test = suite('provision: the pool');
  const run = { configPath: undefined, trace: undefined, note: () => {} };
  const poolOf = (name: string) => dvmPool({ name, stateDirectory: '/tmp/state', stateSize: '64M', run });
  const soon = () => performance.now() + 300;
  const [a, b, c] = ['/dev/ubda', '/dev/ubdb', '/dev/ubdc'];

  test('devices that do not come in time: an error that names them', async () => {
    const e = await refusal(() => poolOf('p').pool([a, '/dev/late'], soon()));
    assert.equal([e.code, e.message], ['no-storage', 'no pool was found, and these devices did not come: /dev/late']);
    assert.is((await refusal(() => poolOf('p').pool([], soon()))).code, 'no-storage');
  });

  test('one that is not blank: none is touched, and what is on each is named', async () => {
    sh`mkfs.ext4 -q -L precious ${b}`;
    sh`dd if=/dev/urandom of=${c} bs=4096 count=1 conv=fsync status=none`;
    const before = [a, b, c].map(sha256);
    const e = await refusal(() => poolOf('p').pool([a, b, c], soon()));
    assert.equal([e.code, e.exit], ['device-not-blank', 'inUse']);
    assert.match(
      e.message,
      /"\/dev\/ubdb" carries ext4 .*labelled "precious"; "\/dev\/ubdc" \(64M\) carries data that is not recognised/,
    );
    assert.not.match(e.message, /ubda/);
    assert.equal([a, b, c].map(sha256), before);
    mkdirSync('/tmp/m');
    sh`mount ${b} /tmp/m`;
    assert.match((await refusal(() => poolOf('p').pool([b], soon()))).message, /mounted on \/tmp\/m/);
    sh`umount /tmp/m`;
    sh`dd if=/dev/zero of=${b} bs=1M count=128 conv=fsync status=none`;
  });

  test('blank ones become a pool, once; the directory for etcd is mounted, once', async () => {
    symlinkSync(b, '/tmp/link');
    assert.is(await poolOf('p').pool([a, '/tmp/link', b], soon()), 'made');
    assert.equal(await poolOf('p').mountState(), { directory: '/tmp/state', outcome: 'made' });
    writeFileSync('/tmp/state/here', 'x');
    assert.is(await poolOf('p').pool([], soon()), 'found', 'wherever it is');
    assert.equal(await poolOf('p').mountState(), { directory: '/tmp/state', outcome: 'found' });
    await poolOf('p').unmountState();
    await poolOf('p').unmountState();
    assert.not(existsSync('/tmp/state/here'));
    sh`dmsetup remove_all`;
    assert.equal(devices(), []);
    assert.is(await poolOf('p').pool([a, b], soon()), 'found');
    assert.equal(await poolOf('p').mountState(), { directory: '/tmp/state', outcome: 'found' });
    assert.ok(existsSync('/tmp/state/here'));
  });

  test('a device of another pool is not blank', async () => {
    const e = await refusal(() => poolOf('q').pool([a], soon()));
    assert.match(e.message, /"\/dev\/ubda" belongs to group "p"/);
  });

  test('a pool that lacks a device is not taken, and none is made beside it', () => {
    const group: Devices = { kind: 'devices', version: 1, group: { id: 'g', name: 'p' }, devices: {}, missing: {}, problems: [] };
    const lacking = { ...group, missing: { x: { lastPath: '/dev/x' } } };
    assert.is(arrived({ group: lacking, present: [a], absent: [] }), undefined);
    assert.is(arrived({ group, present: [], absent: ['/dev/y'] })?.kind, 'group', 'what it needs is there');
  });

  test.run();
});
