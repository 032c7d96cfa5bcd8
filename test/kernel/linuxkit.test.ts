import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sandboxMissing } from '#test/sandbox/missing.js';
import { defaultKernel } from '#test/sandbox/options.js';
import { bootInitramfs } from '#test/support/boot-initramfs.js';
import { assert, skipped, suite } from '#test/support/check.js';
import { image, inTmp } from '#test/support/loop.js';

/** A machine that has nothing but what packaging/linuxkit puts into its image: two boots on the same disk. */
const test = suite('linuxkit');

const command = `
set -e
dm-provision --storage-device=/dev/ubda --dot=shop.db --mountpoint=/var/lib/db --state-size=200M
grep ' /var/lib/db ' /proc/mounts
if [ -e /var/lib/db/data ]; then echo "found: $(cat /var/lib/db/data)"; else echo "first boot"; echo precious > /var/lib/db/data; fi
`;

test('the first boot makes the dot of a blank disk, the second finds the data', () =>
  inTmp(async (dir) => {
    const disks = [image(join(dir, 'disk'), 512 << 20)];
    const [release = ''] = readdirSync(defaultKernel.modules);
    const [script, initrd] = [join(dir, 'command'), join(dir, 'initrd')];
    writeFileSync(script, command);
    const words = ['build/dist/dvm', join(defaultKernel.modules, release), script, initrd];
    execFileSync('packaging/linuxkit/initramfs.sh', words, { stdio: 'pipe' });
    const first = await bootInitramfs(initrd, dir, disks);
    assert.match(first, /first boot\nthe command ended with 0\n/, first);
    const second = await bootInitramfs(initrd, dir, disks);
    assert.match(second, /found: precious\nthe command ended with 0\n/, second);
    for (const step of ['pool', 'state', 'dot']) assert.match(second, new RegExp(`/8 ${step} +found `), second);
  }));

const why =
  sandboxMissing() ??
  ['/usr/bin/etcd', '/bin/busybox', 'build/dist/dvm'].filter((f) => !existsSync(f)).map((f) => `"${f}" is missing`)[0];
if (why === undefined) test.run();
else skipped(1, why);
