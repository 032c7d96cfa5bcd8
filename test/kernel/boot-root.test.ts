import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sandboxMissing } from '#test/sandbox/missing.js';
import { defaultKernel } from '#test/sandbox/options.js';
import { runInSandbox } from '#test/sandbox/sandbox.js';
import { bootInitramfs } from '#test/support/boot-initramfs.js';
import { assert, skipped, suite } from '#test/support/check.js';
import { image, inTmp } from '#test/support/loop.js';

/** A machine whose root file system is on a raid volume of dvm, booted by Debian's initramfs with dvm's hook. */
const test = suite('root on dvm');

const SIZE = 128 << 20;
const root = ['root=/dev/dvm/vg/root', 'ro'];

const up = /the root file system is up\n\/dev\/\S+ \/ ext4 .*\nroot\n/;

test('both disks, then one of them: the root file system is up', () =>
  inTmp(async (dir) => {
    const disks = ['a', 'b'].map((name) => image(join(dir, name), SIZE));
    writeFileSync(join(dir, 'config'), execFileSync(defaultKernel.path, ['--showconfig'], { maxBuffer: 1 << 24 }));
    const made = await runInSandbox({
      command: ['test/kernel/guest/boot-root.sh', dir],
      disks: disks.map((path) => ({ image: path })),
      writable: [dir],
      memory: '1500M',
      timeLimit: 400,
    });
    assert.is(made.code, 0, `${made.stdout}${made.stderr}${made.failure ?? ''}`);

    const inside = execFileSync('lsinitramfs', [join(dir, 'initrd')], { encoding: 'utf8', maxBuffer: 1 << 24 }).split('\n');
    for (const path of ['usr/sbin/dvm', 'scripts/local-top/dvm', 'scripts/local-block/dvm'])
      assert.ok(inside.includes(path), path);
    for (const end of ['/dm-mod.ko', '/raid1.ko', '/dm-raid.ko', '/dm-thin-pool.ko', '/rules.d/56-dvm.rules', '/dmsetup'])
      assert.ok(
        inside.some((path) => path.endsWith(end)),
        end,
      );

    const whole = await bootInitramfs(join(dir, 'initrd'), dir, disks, root);
    assert.match(whole, up, whole);
    assert.match(whole, /vg: 1 came up: root\n/);

    const degraded = await bootInitramfs(join(dir, 'initrd'), dir, disks.slice(0, 1), root);
    assert.match(degraded, up, degraded);
    assert.match(degraded, /root is degraded: without PV \w+, last at "\/dev\/ubdb"/);
  }));

const why =
  sandboxMissing() ??
  ['/usr/sbin/mkinitramfs', '/bin/busybox', 'build/dist/dvm'].filter((f) => !existsSync(f)).map((f) => `"${f}" is missing`)[0];
if (why === undefined) test.run();
else skipped(1, why);
