import { execFileSync } from 'node:child_process';
import { copyFileSync, lstatSync, mkdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Instruction } from '#dm/documents.js';
import { openKernel } from '#dm/open-kernel.js';
import { run } from '#dm/program/machine.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';

const uuid = `DVM-${'a'.repeat(20)}-${'b'.repeat(20)}`;
const device = { name: 'vg-data', uuid };
const make = (flags: { noScan?: true } = {}): Instruction[] => [
  { op: 'create', id: device },
  { op: 'load', id: device, targets: [{ type: 'linear', size: 2048, args: '/dev/ubda 0' }] },
  { op: 'resume', id: device, ...flags },
];
const remove: Instruction = { op: 'remove', id: device };

const lstat = (path: string) => lstatSync(path, { throwIfNoEntry: false });
const semaphores = (): number => readFileSync('/proc/sysvipc/sem', 'utf8').trim().split('\n').length - 1;
const database = (): string => execFileSync('udevadm', ['info', '--query=property', '/dev/mapper/vg-data'], { encoding: 'utf8' });

guestTests({ disks: ['16M'], udev: true }, () => {
  const test = suite('real kernel with udevd');
  mkdirSync('/run/udev/rules.d', { recursive: true });
  copyFileSync('packaging/udev/56-dvm.rules', '/run/udev/rules.d/56-dvm.rules');
  execFileSync('udevadm', ['control', '--reload']);

  test('udev makes the links, the cookie is worked off and gone', () => {
    const kernel = openKernel('real');
    assert.is(run(make(), kernel).exit, 0);
    assert.is(readlinkSync('/dev/mapper/vg-data'), `../dm-${kernel.info('vg-data').dev.split(':')[1]}`);
    assert.match(database(), /^DEVLINKS=.*\/dev\/dvm\/vg\/data( |$)/m);
    assert.ok(lstat('/dev/vg/data'));
    assert.is(semaphores(), 0);
    run([{ op: 'rename', id: device, name: 'vg-new' }], kernel);
    assert.ok(lstat('/dev/dvm/vg/new'));
    assert.not.ok(lstat('/dev/dvm/vg/data'));
    run([{ op: 'rename', id: { name: 'vg-new' }, name: 'vg-data' }], kernel);
    assert.is(run([remove], kernel).exit, 0);
    for (const path of ['/dev/mapper/vg-data', '/dev/dvm/vg/data', '/dev/vg/data']) assert.not.ok(lstat(path), path);
    assert.is(semaphores(), 0);
    kernel.close();
  });

  test('what must not be scanned is not scanned', () => {
    execFileSync('mke2fs', ['-q', '-L', 'seen', '/dev/ubda', '1024k']);
    const kernel = openKernel('real');
    run(make(), kernel);
    assert.match(database(), /^ID_FS_LABEL=seen$/m);
    run([remove, ...make({ noScan: true })], kernel);
    assert.not.match(database(), /ID_FS_LABEL/);
    run([remove], kernel);
    kernel.close();
  });

  test('a call that fails leaves no cookie behind', () => {
    const kernel = openKernel('real');
    assert.is(run([{ op: 'resume', id: { name: 'none' } }, remove], kernel).exit, 1);
    assert.is(semaphores(), 0);
    kernel.close();
  });

  test('a udev that does not answer is waited for in bounds, then the nodes are made by hand', () => {
    execFileSync('udevadm', ['control', '--stop-exec-queue']);
    const notes: string[] = [];
    const kernel = openKernel('real', (line) => notes.push(line), 300);
    run(make(), kernel);
    assert.equal(notes, ['udev has not answered within 300 ms: device nodes are made by hand']);
    assert.ok(lstat('/dev/mapper/vg-data')?.isBlockDevice());
    assert.is(readlinkSync('/dev/dvm/vg/data'), '../../mapper/vg-data');
    run([remove], kernel);
    assert.not.ok(lstat('/dev/mapper/vg-data'));
    assert.is(notes.length, 1);
    assert.is(semaphores(), 0);
    kernel.close();
    execFileSync('udevadm', ['control', '--start-exec-queue']);
    execFileSync('udevadm', ['settle']);
  });

  test('a device that udev has open for a moment is removed all the same', () => {
    const kernel = openKernel('real');
    for (let round = 0; round < 5; round++) {
      run(make(), kernel);
      execFileSync('dd', ['if=/dev/zero', 'of=/dev/mapper/vg-data', 'bs=4k', 'count=1', 'status=none']);
      assert.is(run([remove], kernel).exit, 0);
    }
    kernel.close();
  });

  test.run();
});
