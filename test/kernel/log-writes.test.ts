import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tool as discover } from '#discover/commands/discover.js';
import { sandboxMissing } from '#test/sandbox/missing.js';
import { projectRoot } from '#test/sandbox/programs.js';
import { runInSandbox } from '#test/sandbox/sandbox.js';
import { assert, skipped, suite } from '#test/support/check.js';
import { applyState, type CrashState, crashStates, readLog } from '#test/support/log-writes.js';
import { canLoop } from '#test/support/loop.js';
import { tool as tm } from '#tm/commands/tm.js';
import type { Tool } from '#tool/command.js';
import type { DvmError } from '#tool/errors.js';
import { Checked, invoke, outputDocument } from '#tool/invoke.js';

/**
 * Every write of real commands on the real kernel, logged by dm-log-writes; then every state that a power cut could have
 * left is built, recovered and read on the host. The same with LVM2 beside it, whose count of lost groups is printed.
 */
const sliceSectors = 16 * 2048;
const sliceBytes = sliceSectors * 512;

const quiet = '>/dev/null 2>&1';

/** What is run on slices s0, s1 …: once before the log starts, then each command with a log of its own. */
interface Script {
  slices: number;
  setup: string;
  commands: string[];
}

const paths = (slices: number): string => Array.from({ length: slices }, (_, i) => `/dev/mapper/s${i}`).join(' ');

function ours(slices: number): Script {
  const dvm = (words: string): string => `node build/bin/dvm.cjs ${words} ${quiet}`;
  const down = dvm('deactivate vg');
  return {
    slices,
    setup: [dvm(`create vg ${paths(slices)} --extent-size 64K`), dvm('create vg/a --size 1M'), down].join('; '),
    commands: ['create vg/b --size 2M', 'extend vg/a --size +1M', 'rename vg/b c', 'remove vg/a'].map(
      (c) => `${dvm(c)}; ${down}`,
    ),
  };
}

function theirs(slices: number): Script {
  const config = `backup{backup=0 archive=0} devices{filter=["a|/dev/mapper/s[0-9]|","r|.*|"] use_devicesfile=0} activation{udev_sync=0 udev_rules=0 monitoring=0}`;
  const lvm = (command: string, words: string): string => `lvm ${command} --config '${config}' -qq ${words}`;
  return {
    slices,
    setup: [lvm('vgcreate', `-s 64K vg ${paths(slices)}`), lvm('lvcreate', '-an -Zn -L 1M -n a vg')].join('; '),
    commands: [lvm('lvcreate', '-an -Zn -L 2M -n b vg'), lvm('lvremove', '-y vg/a')],
  };
}

async function logged(dir: string, { slices, setup, commands }: Script): Promise<void> {
  execFileSync('truncate', ['-s', String(slices * sliceBytes), join(dir, 'image')]);
  execFileSync('truncate', ['-s', '64M', join(dir, 'log')]);
  const r = await runInSandbox({
    command: ['bash', 'test/kernel/guest/log-writes.sh', dir, String(slices), String(sliceSectors), setup, ...commands],
    cwd: projectRoot(),
    writable: [dir],
    disks: [{ image: join(dir, 'image') }, { image: join(dir, 'log') }],
    timeLimit: 400,
  });
  assert.is(r.code, 0, `${r.stderr}${r.failure ?? ''}`);
}

function* statesOf(dir: string, n: number): Generator<{ state: CrashState; image: Buffer }> {
  const base = readFileSync(join(dir, `${n}.base`));
  for (const state of crashStates(readLog(join(dir, `${n}.log`)), sliceSectors)) yield { state, image: applyState(base, state) };
}

function slicePaths(dir: string, slices: number): string[] {
  return Array.from({ length: slices }, (_, i) => join(dir, `slice${i}`));
}

function writeSlices(dir: string, image: Buffer): void {
  for (const [i, path] of slicePaths(dir, image.length / sliceBytes).entries())
    writeFileSync(path, image.subarray(i * sliceBytes, (i + 1) * sliceBytes));
}

async function call(tool: Tool, argv: string[], input?: unknown): Promise<unknown> {
  const { output } = await invoke(tool, argv, { readInput: async () => new Checked(input), note: () => {} });
  return outputDocument(output);
}

/** Recovers and reads the group that the image holds; the names of its volumes with their sizes. */
async function readOurs(dir: string, image: Buffer): Promise<string> {
  writeSlices(dir, image);
  const conf = join(dir, 'config.json');
  const devices = await call(discover, ['-c', conf, 'vg']);
  await call(tm, ['-c', conf, 'recover', '--no-activate', 'vg'], devices);
  const group = (await call(tm, ['-c', conf, 'read', 'vg'], devices)) as {
    metadata: { lvs: Record<string, { name: string; segments: { count: number }[] }> };
  };
  const lvs = Object.values(group.metadata.lvs).map((lv) => `${lv.name}:${lv.segments.reduce((n, s) => n + s.count, 0)}`);
  return lvs.sort().join(' ');
}

/** What LVM2 makes of the image by itself; undefined when it cannot read the group. */
function readTheirs(dir: string, image: Buffer, loops: string[]): string | undefined {
  writeSlices(dir, image);
  for (const l of loops) execFileSync('blockdev', ['--flushbufs', l]);
  const filter = loops.map((l) => `"a|^${l}$|"`).join(',');
  const args = [
    'lvs',
    '--config',
    `backup{backup=0 archive=0} devices{filter=[${filter},"r|.*|"] use_devicesfile=0 scan=["/dev"]}`,
    '--driverloaded',
    'n',
    '--noheadings',
    '-o',
    'lv_name,lv_size',
    'vg',
  ];
  const r = spawnSync('lvm', args, { encoding: 'utf8' });
  return r.status === 0 ? r.stdout.trim().replaceAll(/\s+/g, ' ') : undefined;
}

async function inWork(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync('/dev/shm/dvm-log-writes-');
  try {
    await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const test = suite('every write on the real kernel');

for (const slices of [1, 3])
  test(`dvm on ${slices} devices: each crash state is the old group or the new one`, () =>
    inWork(async (dir) => {
      const script = ours(slices);
      const config = { kind: 'config', version: 1, discover: { files: slicePaths(dir, slices), reject: ['^/dev/'] } };
      writeFileSync(join(dir, 'config.json'), JSON.stringify(config), { mode: 0o600 });
      await logged(dir, script);
      let states = 0;
      for (const [n, command] of script.commands.entries()) states += await replayOurs(dir, n, command);
      console.log(
        `NOTE dvm, ${slices} devices: 0 of ${states} crash states of ${script.commands.length} commands lose the group`,
      );
      assert.ok(states > 20, `${states} states`);
    }));

/** Every state of one command; fails at the first that is neither old nor new. */
async function replayOurs(dir: string, n: number, command: string): Promise<number> {
  const before = await readOurs(dir, readFileSync(join(dir, `${n}.base`)));
  const all = [...statesOf(dir, n)];
  const last = all.findLast(({ state }) => state.name.endsWith(': all'));
  assert.ok(last, 'the command wrote something');
  const after = await readOurs(dir, (last as { image: Buffer }).image);
  assert.is.not(before, after, command);
  for (const { state, image } of all) {
    const found = await readOurs(dir, image).catch((e: DvmError) => `${e.code}: ${e.message}`);
    assert.ok(found === before || found === after, `${command}, ${state.name}: ${found}`);
  }
  return all.length;
}

if (canLoop)
  test('LVM2 on one device, for the record', () =>
    inWork(async (dir) => {
      const script = theirs(1);
      await logged(dir, script);
      writeSlices(dir, readFileSync(join(dir, '0.base')));
      const loops = slicePaths(dir, 1).map((f) => execFileSync('losetup', ['--find', '--show', f], { encoding: 'utf8' }).trim());
      try {
        const found = script.commands.flatMap((_, n) => [...statesOf(dir, n)].map(({ image }) => readTheirs(dir, image, loops)));
        const lost = found.filter((f) => f === undefined).length;
        console.log(
          `LVM2, 1 device: ${lost} of ${found.length} crash states of ${script.commands.length} commands lose the group`,
        );
        assert.ok(found.length > 0);
      } finally {
        for (const l of loops) execFileSync('losetup', ['-d', l]);
      }
    }));

const missing = sandboxMissing();
if (missing) skipped(3, missing);
else test.run();
