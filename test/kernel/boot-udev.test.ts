import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { dvm, pipe, sh } from '#test/support/guest.js';
import { toolCommand } from '#test/support/runtime.js';

const arrived = '/run/dvm/arrived';

/** What udev knows of a device. */
function properties(path: string): Record<string, string> {
  sh`udevadm settle`;
  const lines = sh`udevadm info --query=property ${path}`.trim().split('\n');
  return Object.fromEntries(lines.map((l) => [l.slice(0, l.indexOf('=')), l.slice(l.indexOf('=') + 1)]));
}

/** Whether an arrival of a device of the group has been told since the last time. */
function hasArrived(group: string): boolean {
  const file = `${arrived}/${group}`;
  const there = existsSync(file);
  rmSync(file, { force: true });
  return there;
}

guestTests({ disks: ['64M', '64M'], udev: true }, () => {
  const test = suite('udev tells of arriving devices');
  sh`scripts/install-system.sh ${['', '/usr']}`;
  writeFileSync('/usr/sbin/discover', `#!/bin/sh\nexec ${toolCommand('discover').join(' ')} "$@"\n`, { mode: 0o755 });
  mkdirSync(arrived, { recursive: true });
  sh`udevadm control --reload`;
  let id = '';

  test('a device that gets its label where it is does not arrive: whoever labels it knows what to do', async () => {
    sh`udevadm trigger --settle /dev/ubda /dev/ubdb`;
    assert.is(properties('/dev/ubda').DVM_LOOKED, '1');
    await dvm`create vg /dev/ubda /dev/ubdb --extent-size 1M`;
    id = (await pipe`discover vg`).document.group.id;
    const { DVM_GROUP, DVM_GROUP_NAME, ID_FS_TYPE, SYSTEMD_WANTS } = properties('/dev/ubda');
    assert.equal([DVM_GROUP, DVM_GROUP_NAME, ID_FS_TYPE, SYSTEMD_WANTS], [id, 'vg', 'DVM_member', undefined]);
    assert.is(hasArrived(id), false);
  });

  test('one that is added does, and its group is to be activated', () => {
    sh`udevadm trigger --settle --action=add /dev/ubdb`;
    assert.is(properties('/dev/ubdb').SYSTEMD_WANTS, `dvm-activate@${id}.path`);
    assert.is(hasArrived(id), true);
  });

  test('writes to it and changes to its group do not make it arrive again', async () => {
    await dvm`create vg/data --size 8M`;
    sh`udevadm trigger --settle --action=change /dev/ubda`;
    assert.is(properties('/dev/ubda').DVM_GROUP, id);
    assert.is(hasArrived(id), false);
  });

  test('a loop arrives when it has got a file', () => {
    sh`truncate -s 64M /tmp/disk`;
    const loop = sh`losetup --find --show /tmp/disk`.trim();
    sh`bin/discover add vg ${loop}`;
    assert.is(properties(loop).DVM_GROUP, id);
    sh`losetup -d ${loop}`;
    assert.is(properties(loop).DVM_GROUP, undefined);
    hasArrived(id);
    sh`losetup ${loop} /tmp/disk`;
    assert.is(properties(loop).DVM_GROUP, id);
    assert.is(hasArrived(id), true);
  });

  test("dvm's own volumes and other people's devices are not looked into", () => {
    assert.is(properties('/dev/dvm/vg/data').DVM_LOOKED, undefined);
  });

  test.run();
});
