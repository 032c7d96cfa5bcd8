import type { BlockDevice } from '#blockdev/sysfs.js';
import { filterOf } from '#discover/config.js';
import { carries, heldBy, signatureName } from '#discover/obstacles.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { blockDevice as device } from '#test/support/discover-world.js';
import type { DvmError } from '#tool/errors.js';

const obstacles = suite('what is in the way of adding a device');
const named = (...devices: BlockDevice[]) => new Map(devices.map((d) => [d.name, d]));

obstacles('mounts, swap and holders of a device or its partitions, by name', () => {
  const sda = device('sda', { dev: '8:0', partitions: ['sda1'] });
  const sda1 = device('sda1', { dev: '8:1', holders: ['dm-0'] });
  const dm = device('dm-0', { path: '/dev/mapper/crypt', dm: { name: 'crypt', uuid: 'CRYPT-1' } });
  const free = new Map<string, string[]>();
  assert.is(heldBy(device('sdb'), free, named(sda)), undefined);
  assert.is(
    heldBy(sda, free, named(sda, sda1, dm))?.message,
    'partition "sda1" of device "/dev/sda" is held by "/dev/mapper/crypt"',
  );
  const uses = new Map([['8:0', ['mounted on /a', 'mounted on /b']]]);
  const e = heldBy(sda, uses, named(sda));
  assert.equal([e?.code, e?.exitCode, e?.message], ['device-in-use', 83, 'device "/dev/sda" is mounted on /a, mounted on /b']);
  assert.is(heldBy(sda1, new Map([['8:1', ['used as swap']]]), named(sda1))?.message, 'device "/dev/sda1" is used as swap');
});

obstacles('a loop device over a device', () => {
  const sda = device('sda');
  assert.match(
    heldBy(sda, new Map(), named(sda, device('loop3', { backingFile: '/dev/sda' })))?.message ?? '',
    'held by "/dev/loop3"',
  );
});

obstacles('signatures and partitions', () => {
  const s = { type: 'ext4', usage: 'filesystem', uuid: undefined, label: 'data', offset: 1080 };
  assert.is(signatureName(s), 'ext4 (filesystem) labelled "data"');
  assert.is(carries('/dev/a', [], []), undefined);
  assert.is(carries('/dev/a', ['a1'], [])?.code, 'device-partitioned');
  assert.is(carries('/dev/a', ['a1'], [s])?.message, 'device "/dev/a" carries ext4 (filesystem) labelled "data"');
});

obstacles.run();

const filters = suite('filters');
filters('accept lets in, then reject keeps out, then all are in', () => {
  const f = filterOf({ accept: ['^/dev/sd[ab]$', 'wwn-1'], reject: ['^/dev/'] });
  assert.is(f(['/dev/sda']), true);
  assert.is(f(['/dev/sdc']), false);
  assert.is(f(['/dev/sdc', '/dev/disk/by-id/wwn-1']), true);
  assert.is(f(['/srv/image']), true);
  assert.is(filterOf({})(['/dev/sda']), true);
});

filters('a pattern that is none is an error of the config', async () => {
  const e = await thrown<DvmError>(() => filterOf({ reject: ['('] }));
  assert.equal([e.code, e.exitCode], ['bad-config', 78]);
  assert.match(e.message, 'filter "(" is not a regular expression');
});
filters.run();
