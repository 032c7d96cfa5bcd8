import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { sandboxMissing } from '#test/sandbox/missing.js';
import { runInSandbox } from '#test/sandbox/sandbox.js';
import { assert, skipped, suite } from '#test/support/check.js';
import { missingEtcd } from '#test/support/etcd.js';
import { image, inTmp } from '#test/support/loop.js';
import { runtime } from '#test/support/runtime.js';

/** Machines that provision themselves: from blank disks, switched off, and again from the same disks. */
const test = suite('provision: whole machines');

/** One boot of a machine with these disks; what it said. */
async function boot(stage: string, dir: string, disks: readonly string[]): Promise<string> {
  const bin = runtime === 'dist' ? 'build/dist/bin' : 'bin';
  const { code, stdout, stderr, failure } = await runInSandbox({
    command: ['test/kernel/guest/provision.sh', stage, dir],
    disks: disks.map((path) => ({ image: path })),
    writable: [dir],
    memory: '1G',
    timeLimit: 170,
    env: { PATH: `${resolve(bin)}:/usr/sbin:/usr/bin:/sbin:/bin` },
  });
  assert.is(code, 0, `${stdout}${stderr}${failure ?? ''}`);
  return stdout;
}

const blank = (dir: string, name: string): string[] => [1, 2].map((n) => image(join(dir, `${name}-${n}`), 400 << 20));

/** The outcome of a step in the order of the runs. */
function outcomes(output: string, step: string): string[] {
  const lines = output.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  return lines.filter((l) => l.step === step && !['begun', 'running'].includes(l.state)).map((l) => l.state);
}

test('a new dot, pushed; then, on other disks, two subdots of that seed; then the same after a reboot', () =>
  inTmp(async (dir) => {
    mkdirSync(join(dir, 'hub'));
    const made = await boot('make', dir, blank(dir, 'first'));
    assert.equal([outcomes(made, 'pool'), outcomes(made, 'dot')], [['made'], ['made']]);
    assert.match(made, /nothing is left running/);

    const disks = blank(dir, 'second');
    const seeded = await boot('seed', dir, disks);
    assert.equal(
      [outcomes(seeded, 'pool'), outcomes(seeded, 'dot')],
      [
        ['made', 'found'],
        ['made', 'found'],
      ],
    );
    assert.match(seeded, /table: rows\n/);

    const again = await boot('again', dir, disks);
    for (const step of ['pool', 'state', 'dot']) assert.equal(outcomes(again, step), ['found', 'found'], step);
    assert.match(again, /table: rows, dump: keys\nnothing is left running/);
  }));

const why =
  sandboxMissing() ?? missingEtcd ?? (existsSync('/usr/bin/docker-registry') ? undefined : 'docker-registry is not installed');
if (why === undefined) test.run();
else skipped(1, why);
