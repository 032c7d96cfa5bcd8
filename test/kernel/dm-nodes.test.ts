import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { devName } from '#blockdev/libc.js';
import type { Instruction, Plan, Result } from '#dm/documents.js';
import { openKernel } from '#dm/open-kernel.js';
import { run } from '#dm/program/machine.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { runtime, toolCommand } from '#test/support/runtime.js';

const [group, volume] = ['a'.repeat(20), 'b'.repeat(20)];
const [file, ...first] = toolCommand('dmexec');
const id = (name: string, uuid?: string) => (uuid === undefined ? { name } : { name, uuid });
const linear = (size: number) => [{ type: 'linear', size, args: '/dev/ubda 0' }];
const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

function make(name: string, uuid?: string, size = 2048): Instruction[] {
  return [
    { op: 'create', id: id(name, uuid) },
    { op: 'load', id: id(name), targets: linear(size) },
    { op: 'resume', id: id(name) },
  ];
}

/** A plan whose second phase suspends the device `name` for a while and grows it. */
function growing(name: string): Plan {
  const look: Instruction[] = Array.from({ length: 2000 }, () => ({ op: 'info', id: id(name), key: 'seen' }));
  const phase2: Instruction[] = [
    { op: 'load', id: id(name), targets: linear(1_000_000) },
    { op: 'suspend', id: id(name), lockFs: true },
    ...look,
    { op: 'resume', id: id(name) },
  ];
  return { kind: 'plan', version: 1, phases: { phase1: [], phase2, abort: [] }, summary: [] };
}

/** Copies dmexec and everything it runs on to `dir`; how to start it there. */
function installAt(dir: string): [string, ...string[]] {
  mkdirSync(`${dir}/bin`);
  cpSync(file, `${dir}/bin/dmexec`, { dereference: true });
  if (runtime === 'dist') return [`${dir}/bin/dmexec`];
  cpSync(first[0] ?? '', `${dir}/bin/dmexec.cjs`);
  for (const module of ['koffi', '@koromix'].map((name) => `node_modules/${name}`))
    if (existsSync(module)) cpSync(module, `${dir}/${module}`, { recursive: true, dereference: true });
  return [`${dir}/bin/dmexec`, `${dir}/bin/dmexec.cjs`];
}

/** Mappings of files, of which something would have to be read when it is touched. */
function absentFiles(pid: number): string[] {
  const mappings = readFileSync(`/proc/${pid}/smaps`, 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
  const kib = (mapping: string, key: string) => Number(new RegExp(`^${key}: +(\\d+) kB`, 'm').exec(mapping)?.[1]);
  return mappings.filter((m) => /^\S+ r.* \//.test(m) && kib(m, 'Rss') < kib(m, 'Size'));
}

guestTests({ disks: ['512M', '16M'], memory: '1500M' }, () => {
  const test = suite('real kernel: nodes, links, memory');
  const notes: string[] = [];
  const kernel = openKernel('real', (line) => notes.push(line));
  const perform = (...program: Instruction[]): Result => run(program, kernel);

  test('a volume has a node and links; rename and remove take them along', () => {
    const name = 'my--group-data';
    const uuid = `DVM-${group}-${volume}`;
    assert.is(perform(...make(name, uuid)).exit, 0);
    assert.is(devName(statSync(`/dev/mapper/${name}`).rdev), kernel.info(name).dev);
    assert.is(readlinkSync('/dev/dvm/my-group/data'), `../../mapper/${name}`);
    assert.is(readlinkSync('/dev/my-group/data'), `../mapper/${name}`);
    assert.ok(statSync('/dev/my-group/data').isBlockDevice());
    assert.is(
      execFileSync('dmsetup', ['table', name], { encoding: 'utf8' }).trim(),
      `0 2048 linear ${devName(statSync('/dev/ubda').rdev)} 0`,
    );
    perform({ op: 'rename', id: id(name), name: 'my--group-new' });
    assert.equal(readdirSync('/dev/dvm/my-group'), ['new']);
    assert.equal(readdirSync('/dev/my-group'), ['new']);
    assert.not.ok(exists(`/dev/mapper/${name}`));
    perform({ op: 'remove', id: id('my--group-new', uuid) });
    for (const path of ['/dev/dvm/my-group', '/dev/my-group', '/dev/mapper/my--group-new']) assert.not.ok(exists(path), path);
  });

  test('layers and strangers have a node and no links', () => {
    perform(...make('vg-data-cow', `DVM-${group}-${volume}-cow`), ...make('vg-other', 'LVM-other'), ...make('vg-plain'));
    for (const name of ['vg-data-cow', 'vg-other', 'vg-plain']) assert.ok(exists(`/dev/mapper/${name}`), name);
    assert.not.ok(exists('/dev/dvm/vg'));
    assert.not.ok(exists('/dev/vg'));
    for (const name of ['vg-data-cow', 'vg-other', 'vg-plain']) perform({ op: 'remove', id: id(name) });
  });

  test('what else is under /dev stays as it is', () => {
    mkdirSync('/dev/dvm/there', { recursive: true });
    writeFileSync('/dev/dvm/there/data', 'mine');
    mkdirSync('/dev/there');
    writeFileSync('/dev/there/file', 'mine');
    symlinkSync('../ubdb', '/dev/mapper/there-data');
    perform(...make('there-data', `DVM-${group}-${volume}`));
    assert.is(readFileSync('/dev/dvm/there/data', 'utf8'), 'mine');
    assert.equal(readdirSync('/dev/there'), ['file']);
    assert.is(devName(statSync('/dev/mapper/there-data').rdev), kernel.info('there-data').dev);
    unlinkSync('/dev/mapper/there-data');
    symlinkSync('../ubdb', '/dev/mapper/there-data');
    perform({ op: 'remove', id: id('there-data') });
    assert.is(readlinkSync('/dev/mapper/there-data'), '../ubdb');
    assert.ok(exists('/dev/dvm/there/data'));
  });

  test('a name that would leave /dev gives no links', () => {
    perform(...make('vg-\\x2e\\x2e', `DVM-${group}-${volume}`), ...make('vg-a\\x2fb', `DVM-${group}-${'c'.repeat(20)}`));
    assert.not.ok(exists('/dev/dvm/vg'));
    perform({ op: 'remove', id: id('vg-\\x2e\\x2e') }, { op: 'remove', id: id('vg-a\\x2fb') });
  });

  test('nodes that cannot be made are told of', () => {
    writeFileSync('/dev/dvm/full', '');
    perform(...make('full-data', `DVM-${group}-${volume}`));
    assert.match(notes.pop() ?? '', /^nodes and links of "full-data" are not as they should be: E/);
    perform({ op: 'remove', id: id('full-data') });
  });

  test('the control node is made where it is absent', () => {
    unlinkSync('/dev/mapper/control');
    openKernel('real').close();
    assert.ok(statSync('/dev/mapper/control').isCharacterDevice());
  });

  test('a session has its memory locked, may not be killed for memory, and grows a mounted device', async () => {
    perform(...make('data', undefined, 800_000));
    execFileSync('mke2fs', ['-q', '-t', 'ext4', '/dev/mapper/data']);
    mkdirSync('/mnt/data', { recursive: true });
    execFileSync('mount', ['/dev/mapper/data', '/mnt/data']);
    writeFileSync('/run/plan.json', JSON.stringify(growing('data')));
    const child = spawn(file, [...first, '--session', '/run/plan.json'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const ask = async (command: string): Promise<Result> => {
      child.stdin.write(`${command}\n`);
      return JSON.parse(String((await answers.next()).value)) as Result;
    };
    assert.is((await ask('phase1')).phase, 'phase1');
    assert.ok(Number(/^VmLck:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) > 50_000);
    assert.equal(absentFiles(child.pid ?? 0), []);
    assert.is(readFileSync(`/proc/${child.pid}/oom_score_adj`, 'utf8').trim(), '-1000');
    assert.is((await ask('phase2')).exit, 0);
    child.stdin.end('end\n');
    assert.is(await new Promise((done) => child.on('close', done)), 0);
    assert.is(execFileSync('blockdev', ['--getsz', '/dev/mapper/data'], { encoding: 'utf8' }).trim(), '1000000');
  });

  test('dmexec suspends the device that its own program and runtime live on', () => {
    const [copy, ...words] = installAt('/mnt/data');
    execFileSync('umount', ['/mnt/data']);
    execFileSync('mount', ['/dev/mapper/data', '/mnt/data']);
    writeFileSync('/mnt/data/plan.json', JSON.stringify(growing('data')));
    const child = spawnSync(copy, [...words, '/mnt/data/plan.json'], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    assert.is(child.stderr, '');
    assert.is(child.status, 0);
    assert.is(child.stdout.trim().split('\n').length, 2);
    assert.is(kernel.info('data').suspended, false);
    execFileSync('umount', ['/mnt/data']);
    perform({ op: 'remove', id: id('data') });
  });

  test('what a process may not do is said', () => {
    chmodSync('/dev/mapper/control', 0o666);
    const refusal = (program: string, ...words: string[]) => {
      const options = { input: program, encoding: 'utf8' } as const;
      const { status, stderr } = spawnSync('setpriv', [...words, file, ...first], options);
      return [status, (JSON.parse(stderr) as { code: string }).code];
    };
    assert.equal(refusal('list "l"', '--bounding-set', '-sys_admin'), [77, 'not-permitted']);
    const unlocked = ['--bounding-set', '-ipc_lock', 'prlimit', '--memlock=65536'];
    assert.equal(refusal('suspend "none"\nresume "none"', ...unlocked), [69, 'not-locked']);
    chmodSync('/dev/mapper/control', 0o600);
    assert.equal(refusal('list "l"', '--reuid', '65534'), [77, 'not-permitted']);
  });

  test('remove-all is refused, unless forced', () => {
    perform(...make('foreign', 'FOREIGN-1'));
    const dmexec = (...words: string[]) => spawnSync(file, [...first, ...words], { input: 'remove-all\n', encoding: 'utf8' });
    assert.is(dmexec().status, 64);
    assert.equal(
      kernel.list().map((d) => d.name),
      ['foreign'],
    );
    assert.is(dmexec('--force-remove-all').status, 0);
    assert.equal(kernel.list(), []);
  });

  test.run();
});
