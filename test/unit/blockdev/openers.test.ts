import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { openersOf } from '#blockdev/openers.js';
import { deviceAt } from '#blockdev/sysfs.js';
import { assert, skipped, suite } from '#test/support/check.js';
import { canLoop, inTmp, withLoop } from '#test/support/loop.js';
import { fakeRoots, link, put } from '#test/support/sysfs.js';

const test = suite('who has a device open');
const node = '/dev/loop0';
const dev = deviceAt(node);

interface FakeProcess {
  pid: number;
  parent: number;
  name: string;
  open: string[];
}

function putProcess(proc: string, { pid, parent, name, open }: FakeProcess): void {
  const dir = join(proc, String(pid));
  put(join(dir, 'comm'), `${name}\n`);
  put(join(dir, 'status'), `Name:\t${name}\nUmask:\t0022\nPPid:\t${parent}\n`);
  for (const [fd, path] of open.entries()) link(path, join(dir, 'fd', String(fd)));
}

if (dev === undefined) skipped(1, 'no loop device has a node on this machine');
else
  test('processes by name and number, and which of them are of udev', () =>
    inTmp((dir) => {
      const roots = fakeRoots(dir, [
        { name: 'loop8', dev: '7:8', backingFile: node },
        { name: 'loop9', dev: '7:9' },
      ]);
      const processes: FakeProcess[] = [
        { pid: 2, parent: 1, name: 'systemd-udevd', open: [] },
        { pid: 3, parent: 2, name: '(udev-worker)', open: ['/dev/null', node] },
        { pid: 4, parent: 3, name: 'blkid', open: [node] },
        { pid: 5, parent: 1, name: 'fio', open: [node, node] },
        { pid: 6, parent: 1, name: 'sh', open: ['/dev/null', 'socket:[1]', '/nowhere'] },
      ];
      for (const p of processes) putProcess(roots.proc, p);
      put(join(roots.proc, '7/comm'), 'it has just gone\n');
      assert.equal(openersOf(dev, roots), [
        { text: 'open in "(udev-worker)" (3)', passing: true },
        { text: 'open in "blkid" (4)', passing: true },
        { text: 'open in "fio" (5)', passing: false },
        { text: 'behind /dev/loop8', passing: false },
      ]);
    }));

if (canLoop)
  test('this process, on this machine', () =>
    withLoop(1 << 20, async (path) => {
      const fd = openSync(path, 'r');
      try {
        const [found, ...others] = openersOf(deviceAt(path) ?? '').filter((o) => !o.passing);
        assert.match(found?.text ?? '', new RegExp(`^open in ".+" \\(${process.pid}\\)$`));
        assert.equal(others, []);
      } finally {
        closeSync(fd);
      }
    }));
else skipped(1, 'no loop devices can be made here');

test.run();
