import { execFileSync, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sandboxMissing } from '#test/sandbox/missing.js';
import { defaultKernel } from '#test/sandbox/options.js';
import { runInSandbox } from '#test/sandbox/sandbox.js';
import { assert, skipped, suite } from '#test/support/check.js';
import { image, inTmp } from '#test/support/loop.js';

/** A machine whose root file system is on a raid volume of dvm, booted by Debian's initramfs with dvm's hook. */
const test = suite('root on dvm');

const SIZE = 128 << 20;

/** Boots a kernel with an initramfs, which is not what a sandbox does; its console, up to its end. */
async function boot(initrd: string, dir: string, disks: string[]): Promise<string> {
  const words = [
    ...['umid=boot', `uml_dir=${dir}`, 'mem=1200M', `initrd=${initrd}`, ...disks.map((d, i) => `ubd${i}=${d}`)],
    ...[
      'root=/dev/dvm/vg/root',
      'ro',
      'quiet',
      'con=null',
      'con0=null,fd:1',
      'console=tty0',
      'lpj=10000000',
      'pty.legacy_count=0',
    ],
  ];
  const guest = spawn('taskset', ['-c', '0', defaultKernel.path, ...words], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { TMPDIR: dir },
  });
  const chunks: Buffer[] = [];
  guest.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const limit = setTimeout(end, 240_000);
  function end(): void {
    try {
      process.kill(-(guest.pid as number), 'SIGKILL');
    } catch {
      // it has gone
    }
  }
  await new Promise((done) => guest.on('close', done));
  clearTimeout(limit);
  end();
  return Buffer.concat(chunks).toString().replaceAll('\r', '');
}

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

    const whole = await boot(join(dir, 'initrd'), dir, disks);
    assert.match(whole, up, whole);
    assert.match(whole, /vg: 1 came up: root\n/);

    const degraded = await boot(join(dir, 'initrd'), dir, disks.slice(0, 1));
    assert.match(degraded, up, degraded);
    assert.match(degraded, /root is degraded: without PV \w+, last at "\/dev\/ubdb"/);
  }));

const why =
  sandboxMissing() ??
  ['/usr/sbin/mkinitramfs', '/bin/busybox', 'build/dist/dvm'].filter((f) => !existsSync(f)).map((f) => `"${f}" is missing`)[0];
if (why === undefined) test.run();
else skipped(1, why);
