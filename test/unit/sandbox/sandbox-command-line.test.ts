import { sandboxCommand } from '#test/sandbox/cli-options.js';
import { jobFile } from '#test/sandbox/job.js';
import { kernelLine } from '#test/sandbox/kernel-line.js';
import { assert, suite } from '#test/support/check.js';

const test = suite('sandbox: command lines');

function optionsOf(...args: string[]) {
  return sandboxCommand([...args, '--', 'true']).options;
}

test('disks and images take their letters in the order given', () => {
  const { disks } = optionsOf('--disk', '1M', '--image', '/a,sync', '--disk=2M', '--image', '/b');
  assert.equal(disks, ['1M', { image: '/a', sync: true }, '2M', { image: '/b', sync: false }]);
  const line = kernelLine('/guest', { command: ['true'], disks });
  assert.equal(
    line.filter((a) => a.startsWith('ubd')),
    ['ubd0d=/guest/disk0', 'ubd1ds=/guest/disk1', 'ubd2d=/guest/disk2', 'ubd3d=/guest/disk3'],
  );
});

test('words after -- are the command, whatever they look like', () => {
  assert.equal(sandboxCommand(['--udev', '--', 'ls', '--help', '-x']).options.command, ['ls', '--help', '-x']);
});

test('every option arrives', () => {
  const { options, showConsole, shell } = sandboxCommand([
    ...['--loops', '3:8M', '--ram-disks', '2:1G', '--module', 'dm-thin-pool', '--memory', '2G', '--time-limit', '9'],
    ...['--env', 'A=b=c', '--cwd', '/x', '--cpu', '1', '--kernel', '/k', '--modules-dir', '/m', '--kernel-argument', 'debug'],
    ...['--power-cut', '--console', '--shell'],
  ]);
  assert.equal([showConsole, shell, options.powerCut, options.udev], [true, true, true, undefined]);
  assert.equal(
    [options.loops, options.ramDisks],
    [
      { count: 3, size: '8M' },
      { count: 2, size: '1G' },
    ],
  );
  assert.equal([options.modules, options.memory, options.timeLimit, options.cpu], [['dm-thin-pool'], '2G', 9, 1]);
  assert.equal([options.env, options.cwd], [{ A: 'b=c' }, '/x']);
  assert.equal([options.kernel, options.kernelArguments], [{ path: '/k', modules: '/m' }, ['debug']]);
});

test('what cannot be is refused', () => {
  assert.throws(() => sandboxCommand([]), /^no command/);
  assert.throws(() => optionsOf('--no-such'), /Unknown option '--no-such'/);
  assert.throws(() => optionsOf('--loops', '3'), /"3" is not COUNT:SIZE/);
  assert.throws(() => optionsOf('--cpu', 'fast'), /"fast" is not a number/);
  assert.throws(() => optionsOf('--env', '=x'), /"=x" is not NAME=VALUE/);
  assert.throws(() => optionsOf('--stdin', '/no/such/file'), /ENOENT/);
});

test('the job file is KEY=VALUE strings ended by NULs', () => {
  const options = { command: ['echo', 'a b'], cwd: '/x', loops: { count: 2, size: '1K' }, ramDisks: { count: 4, size: '1M' } };
  assert.equal(jobFile(options).split('\0'), [
    'moddir=/usr/lib/uml/modules',
    'cwd=/x',
    'module=dm-mod',
    'module=brd rd_nr=4 rd_size=1024',
    'env=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'env=HOME=/tmp',
    'env=LANG=C.UTF-8',
    'env=DM_DISABLE_UDEV=1',
    'arg=echo',
    'arg=a b',
    'loops=2:1024',
    '',
  ]);
  assert.not.match(jobFile({ ...options, udev: true }), /DM_DISABLE_UDEV/);
  assert.match(jobFile({ ...options, udev: true }), /udev=1/);
});

test.run();
