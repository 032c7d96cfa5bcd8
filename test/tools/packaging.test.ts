import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, skipped, suite } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';

/** What `make install` puts beside the programs: whole, where it belongs, and as the programs that read it want it. */
const test = suite('packaging');

function install(destdir: string, prefix: string): string[] {
  const { status, stderr } = spawnSync('scripts/install-system.sh', [destdir, prefix], { encoding: 'utf8' });
  assert.is(status, 0, stderr);
  return readdirSync(destdir, { recursive: true, encoding: 'utf8' })
    .filter((f) => statSync(join(destdir, f)).isFile())
    .sort();
}

test('everything of packaging/ is installed, and knows where the programs are', () =>
  inTmp((dir) => {
    const files = install(dir, '/opt/dvm');
    assert.equal(files, [
      'opt/dvm/lib/systemd/system/dvm-activate@.path',
      'opt/dvm/lib/systemd/system/dvm-activate@.service',
      'opt/dvm/lib/systemd/system/dvm-watch.service',
      'opt/dvm/lib/systemd/system/dvs.service',
      'opt/dvm/lib/tmpfiles.d/dvm.conf',
      'opt/dvm/lib/udev/rules.d/56-dvm.rules',
      'opt/dvm/lib/udev/rules.d/68-dvm-activate.rules',
      'usr/share/initramfs-tools/hooks/dvm',
      'usr/share/initramfs-tools/scripts/local-block/dvm',
      'usr/share/initramfs-tools/scripts/local-top/dvm',
    ]);
    for (const file of files.filter((f) => f.startsWith('opt/')))
      assert.not.match(readFileSync(join(dir, file), 'utf8'), /\/usr\/sbin\/(dvm|dvs|discover)/, file);
    assert.match(readFileSync(join(dir, 'usr/share/initramfs-tools/hooks/dvm'), 'utf8'), /^dvm=\/opt\/dvm\/sbin\/dvm$/m);
    for (const file of files.filter((f) => f.includes('initramfs'))) assert.ok(statSync(join(dir, file)).mode & 0o100, file);
  }));

test('the scripts of the initramfs are scripts, and say what they come after', () =>
  inTmp((dir) => {
    for (const file of install(dir, '/usr').filter((f) => f.includes('initramfs'))) {
      const syntax = spawnSync('sh', ['-n', join(dir, file)], { encoding: 'utf8' });
      assert.is(syntax.status, 0, syntax.stderr);
      const { status, stdout } = spawnSync('sh', [join(dir, file), 'prereqs'], { encoding: 'utf8' });
      assert.is(status, 0, file);
      assert.match(stdout, /^(udev|mdadm .*)\n$/, file);
    }
  }));

const analyze = '/usr/bin/systemd-analyze';
if (existsSync(analyze))
  test('systemd finds nothing wrong with the units', () =>
    inTmp((dir) => {
      const units = install(dir, dir).filter((f) => /\.(service|path)$/.test(f));
      mkdirSync(join(dir, 'sbin'));
      for (const name of ['dvm', 'dvs']) writeFileSync(join(dir, 'sbin', name), '#!/bin/sh\n', { mode: 0o755 });
      const names = units.map((f) => join(dir, f.replace(/@\./, '@aaaaaaaaaaaaaaaaaaaa.')));
      const { status, stderr } = spawnSync(analyze, ['verify', '--man=no', ...names], { encoding: 'utf8' });
      assert.equal([status, stderr.split('\n').filter((l) => /dv[ms]/.test(l))], [0, []]);
      // what dvs mounts must be seen by all: it cannot have a mount namespace of its own, which is most of that figure
      for (const name of names.filter((n) => n.endsWith('.service') && !n.endsWith('dvs.service'))) {
        const { status: exposed, stdout } = spawnSync(analyze, ['security', '--offline=yes', '--threshold=40', name], {
          encoding: 'utf8',
        });
        assert.is(exposed, 0, stdout);
      }
    }));
else skipped(1, `"${analyze}" is missing`);

test.run();
