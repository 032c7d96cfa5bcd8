import { readFileSync, statSync } from 'node:fs';
import { devName } from '#blockdev/libc.js';
import type { Kernel } from '#dm/kernel.js';
import { openKernel } from '#dm/open-kernel.js';
import { guestTests } from '#test/sandbox/session.js';
import { suite } from '#test/support/check.js';
import type { Disks } from '#test/support/dm-cases/case.js';
import { dmCases } from '#test/support/dm-cases.js';

function disksOf(paths: [string, string]): Disks {
  const [first, second] = paths.map((path) => devName(statSync(path).rdev)) as [string, string];
  return { paths, devs: [first, second], size: Number(readFileSync(`/sys/dev/block/${first}/size`, 'utf8')) };
}

function fresh(kernel: Kernel): Kernel {
  for (const { name } of kernel.list()) kernel.clear(name);
  for (const { name } of kernel.list()) if (kernel.info(name).suspended && kernel.info(name).liveTable) kernel.resume(name, {});
  kernel.removeAll();
  return kernel;
}

guestTests({ disks: ['64M', '64M'] }, () => {
  const test = suite('real kernel, shared cases');
  const disks = disksOf(['/dev/ubda', '/dev/ubdb']);
  const kernel = openKernel('real');
  for (const [name, check] of Object.entries(dmCases)) test(name, () => check(fresh(kernel), disks));
  test.run();
});
