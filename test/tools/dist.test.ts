import { existsSync, linkSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assert, suite } from '#test/support/check.js';
import { image, inTmp } from '#test/support/loop.js';
import { type Ended, inBatches, runProcess } from '#test/support/process.js';
import { version } from '#tool/version.js';

/** The one executable that is every tool, as `make dist` builds it, where there is no Node and no other file of dvm. */
const test = suite('the executable');
const dist = resolve('build/dist');
const tools = readdirSync('bin');

/** Without an environment: nothing is found by PATH. */
function run(file: string, args: readonly string[], input = ''): Promise<Ended> {
  return runProcess('/usr/bin/env', ['-i', file, ...args], { input });
}

async function must(file: string, args: readonly string[], input = ''): Promise<string> {
  const { code, stdout, stderr } = await run(file, args, input);
  assert.is(code, 0, `${file} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

test('a link for each tool, which is that tool; so is the first argument', async () => {
  assert.equal(readdirSync(join(dist, 'bin')), tools);
  await inBatches(tools, async (name) => {
    assert.is(await must(join(dist, 'bin', name), ['--version']), `${name} ${version}\n`);
    assert.is(await must(join(dist, 'dvm'), [name, '--version']), `${name} ${version}\n`);
  });
});

test('help is the same text', () =>
  inBatches(tools, async (name) => {
    const node = await runProcess(process.execPath, [`build/bin/${name}.cjs`, '--help']);
    assert.is(await must(join(dist, 'bin', name), ['--help']), node.stdout, name);
  }).then(() => {}));

test('by another name it is dvm, and starts the programs behind its verbs out of itself', () =>
  inTmp(async (dir) => {
    const own = join(dir, 'volumes');
    linkSync(join(dist, 'dvm'), own);
    const { config, disk } = disks(dir);
    await must(own, ['-c', config, 'create', 'vg', disk, '--no-activate']);
    const devices = await must(own, ['discover', '-c', config, 'vg']);
    await must(own, ['tm', '-c', config, 'update', 'vg', '--no-activate', '--', 'lv_create', 'data', '-L', '4M'], devices);
    assert.match(await must(own, ['-c', config, 'show', 'vg/data', '--format', 'csv']), /data/);
  }));

test('who holds a lock is called by the tool, not by the file', () =>
  inTmp(async (dir) => {
    const { config, disk } = disks(dir);
    const tm = join(dist, 'bin', 'tm');
    await must(join(dist, 'dvm'), ['-c', config, 'create', 'vg', disk, '--no-activate']);
    const devices = await must(join(dist, 'bin', 'discover'), ['-c', config, 'vg']);
    const update = ['-c', config, 'update', 'vg', '--no-activate', '--'];
    const slow = run(tm, [...update, script(dir, 'slow', `> ${dir}/held; sleep 1`)], devices);
    while (!existsSync(join(dir, 'held'))) await sleep(5);
    const { code, stderr } = await run(tm, [...update, 'lv_create', 'x', '-L', '4M'], devices);
    assert.is(code, 75, stderr);
    assert.match(stderr, /locked by tm \(pid \d+\)/);
    assert.is((await slow).code, 88);
  }));

function script(dir: string, name: string, body: string): string {
  const path = join(dir, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return path;
}

test('what lies in the working directory is not read', () =>
  inTmp(async (dir) => {
    const trap = join(dir, 'trap');
    mkdirSync(trap);
    writeFileSync(join(trap, 'trap.js'), 'console.log("caught");');
    writeFileSync(join(trap, 'bunfig.toml'), 'preload = ["./trap.js"]\n');
    writeFileSync(join(trap, '.env'), 'BUN_OPTIONS=--preload=./trap.js\n');
    writeFileSync(join(trap, 'package.json'), '{"type":"module"');
    writeFileSync(join(trap, 'tsconfig.json'), '{');
    const script = ['-c', 'cd "$0" && exec "$@"', trap, join(dist, 'bin', 'tm'), '--version'];
    assert.equal(await runProcess('/bin/sh', script), { code: 0, signal: null, stdout: `tm ${version}\n`, stderr: '' });
  }));

/** One image file and a config that finds it. */
function disks(dir: string): { config: string; disk: string } {
  const [config, disk] = [join(dir, 'config.json'), join(dir, 'disk.img')];
  image(disk, 32 << 20);
  const discover = { files: [disk], reject: ['^/dev/'] };
  writeFileSync(config, JSON.stringify({ kind: 'config', version: 1, discover }), { mode: 0o600 });
  return { config, disk };
}

test.run();
