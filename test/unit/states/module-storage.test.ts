import { dotModule } from '#states/modules/storage/dot.js';
import type { RunSibling } from '#states/modules/storage/dvm.js';
import { lvModule } from '#states/modules/storage/lv.js';
import { withMount } from '#states/modules/storage/mount.js';
import { vgModule } from '#states/modules/storage/vg.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { ask } from '#test/support/state-module.js';
import { type DvmError, fail } from '#tool/errors.js';

const test = suite('modules of storage');
const code = async (work: () => unknown) => (await thrown<DvmError>(work)).code;

/** dvm on a machine with one group, or none: 4 MiB extents, /dev/a, and these volumes in sectors. */
function machine(volumes: Record<string, { size: number; active: boolean }> | undefined) {
  const told: string[] = [];
  const run: RunSibling = async ([program, verb, ...words]) => {
    if (program === 'dot' && verb === 'show') throw fail('notFound', 'no-dot', 'no dot');
    if (verb !== 'show') {
      told.push([program, verb, ...words].filter((w) => w !== '--json').join(' '));
      return '{}\n{}\n';
    }
    if (!volumes) throw fail('notFound', 'no-group', 'no group');
    const lv = Object.entries(volumes).map(([lv_name, v]) => ({ lv_name, lv_size_sectors: v.size, lv_active: v.active }));
    return JSON.stringify(words.includes('pv') ? { pv: [{ pv_name: '/dev/a', vg_extent_size_sectors: 8192 }] } : { lv });
  };
  return { told, run };
}

test('vg: made, grown by devices, removed', async () => {
  const none = machine(undefined);
  await ask(vgModule(none.run), 'apply', 'present', 'vg', { devices: ['/dev/a', '/dev/b'], wipe: true, extent_size: '8M' });
  assert.equal(none.told, ['dvm create vg /dev/a /dev/b --wipe --extent-size 8M --wait 60']);
  const one = machine({});
  assert.is((await ask(vgModule(one.run), 'apply', 'present', 'vg', { devices: ['/dev/a'] })).changed, false);
  assert.equal((await ask(vgModule(one.run), 'check', 'present', 'vg', { devices: ['/dev/a', '/dev/b'] })).changes, {
    devices: ['/dev/b'],
  });
  await ask(vgModule(one.run), 'apply', 'present', 'vg', { devices: ['/dev/a', '/dev/b'] });
  await ask(vgModule(one.run), 'apply', 'absent', 'vg');
  assert.equal(one.told, ['dvm extend vg /dev/b --wait 60', 'dvm remove vg --wait 60']);
  assert.is((await ask(vgModule(none.run), 'apply', 'absent', 'vg')).changed, false);
});

test('lv: made, activated, grown in whole extents with its file system, never smaller', async () => {
  const { told, run } = machine({ data: { size: 16384, active: false } });
  const lv = lvModule(run);
  await ask(lv, 'apply', 'present', 'vg/new', { size: '5M', type: 'raid1', mirrors: 1, devices: ['/dev/a'] });
  await ask(lv, 'apply', 'present', 'vg/thin', { size: '1G', pool: 'pool' });
  await ask(lv, 'apply', 'present', 'vg/data', { size: '10M' });
  await ask(lv, 'apply', 'present', 'vg/data', { size: '8M' });
  await ask(lv, 'apply', 'present', 'vg/data', { size: '12M', fs: false });
  await ask(lv, 'apply', 'absent', 'vg/data');
  assert.equal(told, [
    'dvm create vg/new --size 16384s --type raid1 --mirrors 1 /dev/a --wait 60',
    'dvm thin vg/thin --pool pool --virtual-size 2097152s --wait 60',
    'dvm activate vg/data --wait 60',
    'dvm extend vg/data --size 24576s --fs --wait 60',
    'dvm activate vg/data --wait 60',
    'dvm activate vg/data --wait 60',
    'dvm extend vg/data --size 24576s --wait 60',
    'dvm remove vg/data --wait 60',
  ]);
  assert.is(await code(() => ask(lv, 'check', 'present', 'vg/data', { size: '4M' })), 'would-shrink');
  assert.is((await ask(lv, 'apply', 'absent', 'vg/none')).changed, false);
  assert.is(await code(() => ask(lv, 'apply', 'present', 'vg', { size: '4M' })), 'bad-argument');
  const none = lvModule(machine(undefined).run);
  assert.match((await ask(none, 'check', 'present', 'vg/data', { size: '4M' })).comment, /in a group that is not there yet/);
  assert.is(await code(() => ask(none, 'apply', 'present', 'vg/data', { size: '4M' })), 'no-group');
});

test('dot: made where there is none', async () => {
  const { told, run } = machine({});
  await ask(dotModule(run), 'apply', 'present', 'shop', { group: 'vg', size: '1G' });
  await ask(dotModule(run), 'apply', 'mounted', '/no/such/place', { group: 'vg', dot: 'shop' });
  assert.equal(told, ['dot init shop --group vg --size 1G', 'dot mount shop /no/such/place --group vg']);
  assert.is((await ask(dotModule(run), 'check', 'mounted', '/', { group: 'vg', dot: 'shop' })).changed, false);
});

test('fstab: one line a mount point, the rest as it was', () => {
  const text = '# fstab\n/dev/a / ext4 defaults 0 1\n/dev/b\t/srv  ext4 defaults 0 0\n';
  assert.is(withMount(text, '/srv', '/dev/b /srv ext4 defaults 0 0'), text);
  assert.is(withMount(text, '/srv', '/dev/c /srv xfs defaults 0 0'), text.replace('/dev/b\t/srv  ext4', '/dev/c /srv xfs'));
  assert.is(withMount(text, '/new', '/dev/n /new xfs defaults 0 0'), `${text}/dev/n /new xfs defaults 0 0\n`);
  assert.is(withMount(text, '/srv', undefined), '# fstab\n/dev/a / ext4 defaults 0 1\n');
  assert.is(withMount('', '/x', '/dev/x /x ext4 defaults 0 0'), '/dev/x /x ext4 defaults 0 0\n');
});

test.run();
