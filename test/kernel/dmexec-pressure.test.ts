import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Instruction } from '#dm/documents.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, skipped, suite } from '#test/support/check.js';
import { dvm, sh, tables, unsettled } from '#test/support/guest.js';

/**
 * The programs, and all that they load, lie on a volume that they suspend, while reclaim takes every page from them that is not
 * locked: what has been taken nobody can bring back before the volume is resumed.
 */
const root = '/tmp/tools';
const cgroup = '/tmp/cgroup/dvm';

type Runtime = 'node' | 'executable';
const inRoot = { node: '/usr/bin/node', executable: '/opt/dvm/dist/dvm', bundles: '/opt/dvm/build/bin' };

function installAll(): void {
  install(process.execPath, inRoot.node);
  cpSync('build/bin', root + inRoot.bundles, { recursive: true });
  cpSync('node_modules/@koromix', `${root}/opt/dvm/node_modules/@koromix`, { recursive: true, dereference: true });
  if (existsSync('build/dist/dvm')) install('build/dist/dvm', inRoot.executable);
  for (const dir of ['dev', 'proc', 'sys', 'run', 'tmp']) {
    mkdirSync(join(root, dir));
    sh`mount --rbind /${dir} ${root}/${dir}`;
  }
}

/** A program with the libraries it needs. */
function install(from: string, to: string): void {
  const libraries = [...sh`ldd ${from}`.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
  for (const [file, place] of [[from, to], ...libraries.map((l) => [l, l])] as [string, string][]) {
    mkdirSync(dirname(root + place), { recursive: true });
    cpSync(file, root + place, { dereference: true });
  }
}

interface Started {
  child: ChildProcess;
  ended: Promise<number | null>;
  /** Undefined while it runs. */
  code: number | null | undefined;
}

/** Starts a tool out of the volume, with nothing of it in memory yet, where its memory can be taken from it. */
function start(runtime: Runtime, tool: string, ...words: string[]): Started {
  sh`sync`;
  writeFileSync('/proc/sys/vm/drop_caches', '3');
  const command = runtime === 'node' ? [inRoot.node, `${inRoot.bundles}/${tool}.cjs`] : [inRoot.executable, tool];
  const script = `echo $$ > ${cgroup}/cgroup.procs; exec chroot ${root} "$@"`;
  const child = spawn('bash', ['-c', script, 'start', ...command, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<number | null>((done) => child.on('close', done));
  const started: Started = { child, ended, code: undefined };
  void ended.then((code) => {
    started.code = code;
  });
  return started;
}

function swapOn(): void {
  sh`mkswap -q /dev/ubdc`;
  sh`swapon /dev/ubdc`;
}

/** Takes from the programs what memory can be taken. */
function takeMemory(): void {
  try {
    writeFileSync(`${cgroup}/memory.reclaim`, '1G');
  } catch {
    // EAGAIN: there was less
  }
}

const suspended = (): boolean => unsettled().some((line) => /^vg-tools:Suspended/.test(line));

function majorFaults(): number {
  return Number(/^pgmajfault (\d+)$/m.exec(readFileSync(`${cgroup}/memory.stat`, 'utf8'))?.[1]);
}

/** Ticks of the clock that it has run. */
function processorTime({ child, code }: Started): number {
  if (code !== undefined) return 0;
  const [user, system] = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(' ').slice(13, 15);
  return Number(user) + Number(system);
}

const long: Instruction[] = Array.from({ length: 10_000 }, () => ({ op: 'info', id: { name: 'vg-tools' } }));
const program = {
  kind: 'program',
  version: 1,
  instructions: [{ op: 'suspend', id: { name: 'vg-tools' } }, ...long, { op: 'resume', id: { name: 'vg-tools' } }],
};

guestTests({ disks: ['640M', '640M', '512M'], memory: '768M' }, () => {
  const test = suite('programs on the volume that they suspend');

  test('Node, the bundles, the executable and their libraries on a volume', async () => {
    for (const dir of [root, dirname(cgroup)]) mkdirSync(dir);
    sh`mount -t cgroup2 none ${dirname(cgroup)}`;
    writeFileSync(`${dirname(cgroup)}/cgroup.subtree_control`, '+memory');
    mkdirSync(cgroup);
    await dvm`create vg /dev/ubda /dev/ubdb --extent-size 1M`;
    await dvm`create vg/tools --size 360M`;
    sh`mkfs.ext4 -q /dev/dvm/vg/tools`;
    sh`mount /dev/dvm/vg/tools ${root}`;
    installAll();
    writeFileSync(`${root}/program.json`, JSON.stringify(program));
  });

  const runtimes: Runtime[] = existsSync('build/dist/dvm') ? ['node', 'executable'] : ['node'];
  if (runtimes.length === 1) skipped(3, 'the executable is not built');

  for (const runtime of runtimes) {
    test(`the volume grows while memory is short and the file system is written to (${runtime})`, async () => {
      const hogs = [
        'while :; do head -c 600M /dev/zero | tail > /dev/null; done',
        `while :; do dd if=/dev/zero of=${root}/junk bs=1M count=20 status=none; done`,
      ];
      const running = hogs.map((line) => spawn('bash', ['-c', line], { stdio: 'ignore', detached: true }));
      try {
        const size = Number(sh`blockdev --getsz /dev/dvm/vg/tools`);
        const extend = start(runtime, 'dvm', 'extend', 'vg/tools', '--size', '+4M');
        while (extend.code === undefined) {
          await sleep(2000);
          takeMemory();
        }
        assert.is(extend.code, 0);
        assert.is(Number(sh`blockdev --getsz /dev/dvm/vg/tools`), size + 8192);
        assert.equal(unsettled(), []);
      } finally {
        for (const { pid } of running) process.kill(-(pid ?? 0), 'SIGKILL');
      }
      sh`resize2fs /dev/dvm/vg/tools`;
      assert.is(tables()['vg-tools']?.length, 1);
      assert.not.match(sh`dmesg`, /I\/O error|EXT4-fs error|blocked for more than/);
    });
  }

  for (const runtime of runtimes) {
    // V8's own code is not locked (packages/dm/code-range.ts): on Node there must be no swap on what is suspended
    if (runtime === 'executable') test('from here on what is not of a file can be taken too', swapOn);
    test(`dmexec on ${runtime} misses no page while the volume is suspended`, async () => {
      const dmexec = start(runtime, 'dmexec', '/program.json');
      while (!suspended() && dmexec.code === undefined) await sleep(20);
      const before = majorFaults();
      let during = before;
      while (dmexec.code === undefined) {
        takeMemory();
        const now = majorFaults();
        if (suspended()) during = now;
        await sleep(20);
      }
      assert.equal([dmexec.code, during - before, suspended()], [0, 0, false]);
    });

    test(`without its memory locked it does: this is what the test can tell (${runtime})`, async () => {
      const dmexec = start(runtime, 'dmexec', '--unlocked', '/program.json');
      while (!suspended() && dmexec.code === undefined) await sleep(20);
      for (let [still, before] = [0, -1]; still < 10 && dmexec.code === undefined; ) {
        takeMemory();
        await sleep(100);
        const now = processorTime(dmexec);
        still = now === before ? still + 1 : 0;
        before = now;
      }
      assert.is(dmexec.code, undefined);
      sh`dmsetup resume vg-tools`;
      assert.is(await dmexec.ended, 0);
    });
  }

  test.run();
});
