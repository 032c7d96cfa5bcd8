import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { activationType } from '#dvm/boot/documents.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { type Bench, withBench } from '#test/support/dvm-bench.js';
import type { DvmError } from '#tool/errors.js';

/** `dvm activate --all` on image files and the simulated kernel. */
const test = suite('boot');

const boot = async (b: Bench, ...words: string[]) =>
  activationType.parse(await b.run('activate', '--all', ...words, '--json', ...b.sim), 'activation');

/** Two groups: `vg` on disks 0 and 1 with a volume on each and one that lies on both, `other` on disk 2. */
async function made(b: Bench): Promise<void> {
  await b.run('create', 'vg', b.disk(0), b.disk(1), '--extent-size', '1M', ...b.sim);
  for (const [i, name] of ['left', 'right'].entries()) await b.run('create', `vg/${name}`, '--size', '2M', b.disk(i), ...b.sim);
  await b.run('create', 'vg/both', '--stripes', '2', '--size', '4M', ...b.sim);
  await b.run('create', 'other', b.disk(2), '--extent-size', '1M', ...b.sim);
  await b.run('create', 'other/data', '--size', '2M', ...b.sim);
  for (const group of ['vg', 'other']) await b.run('deactivate', group, ...b.sim);
}

/** A disk that is not there for a while. */
const unplug = (b: Bench, i: number): void => renameSync(b.disk(i), join(b.dir, `disk${i}.away`));
const plug = (b: Bench, i: number): void => renameSync(join(b.dir, `disk${i}.away`), b.disk(i));

test('everything of all groups comes up; a second run has nothing to do', () =>
  withBench(3, async (b) => {
    await made(b);
    const first = await boot(b, '--auto');
    assert.is(first.state, 'whole');
    const byName = Object.fromEntries(first.groups.map((g) => [g.group.name, g.activated]));
    assert.equal(byName, { vg: ['both', 'left', 'right'], other: ['data'] });
    const second = await boot(b, '--auto');
    assert.is(second.state, 'whole');
    assert.equal(
      second.groups.map((g) => [g.activated, g.active.length]),
      second.groups.map((g) => [[], g.group.name === 'vg' ? 3 : 1]),
    );
    assert.is(b.exitCode(), 0);
  }));

test('a missing device keeps down what needs it, which is named; other groups are not touched by it', () =>
  withBench(3, async (b) => {
    await made(b);
    unplug(b, 1);
    const { state, groups } = await boot(b, '--auto');
    assert.is(state, 'incomplete');
    assert.is(b.exitCode(), 2);
    const [vg, other] = ['vg', 'other'].map((name) => groups.find((g) => g.group.name === name));
    assert.equal(vg?.activated, ['left']);
    assert.equal(
      vg?.skipped.map((s) => [s.volume, s.code]),
      ['both', 'right'].map((name) => [name, 'missing-device']),
    );
    assert.equal(Object.values(vg?.missing ?? {}), [b.disk(1)]);
    assert.is(other?.state, 'whole');
    const text = String(await b.run('activate', '--all', '--auto', ...b.sim));
    assert.match(text, /vg: nothing came up; 1 already were up\n {2}PV \w+ is missing, last at .*disk1.img\n/);
    assert.match(text, /\n {2}right stays down: PV "\w+", last at ".*", is missing\n/);
  }));

test('a missing device that nothing lies on is named, and that is all', () =>
  withBench(3, async (b) => {
    await b.run('create', 'vg', b.disk(0), b.disk(1), '--extent-size', '1M', ...b.sim);
    await b.run('create', 'vg/a', '--size', '2M', b.disk(0), '--no-activate', ...b.sim);
    unplug(b, 1);
    const { state, groups } = await boot(b, '--auto');
    assert.is(state, 'whole');
    assert.equal(groups[0]?.activated, ['a']);
    assert.is(Object.keys(groups[0]?.missing ?? {}).length, 1);
    assert.is(b.exitCode(), 0);
  }));

test('a device that comes late is waited for, and then nothing is degraded', () =>
  withBench(3, async (b) => {
    await made(b);
    unplug(b, 1);
    setTimeout(() => plug(b, 1), 150);
    const { state, groups } = await boot(b, '--auto', '--wait', '60s');
    assert.is(state, 'whole');
    assert.equal(groups.find((g) => g.group.name === 'vg')?.activated, ['both', 'left', 'right']);
  }));

test('what is not there when the wait is over stays down; what was up all the same stays up, and is degraded', () =>
  withBench(3, async (b) => {
    await made(b);
    await b.run('activate', 'vg/both', ...b.sim);
    unplug(b, 1);
    const vg = (await boot(b, '--auto', '--wait', '300ms')).groups.find((g) => g.group.name === 'vg');
    assert.equal([vg?.activated, vg?.active], [['left'], ['both']]);
    assert.equal(
      vg?.degraded.map((d) => d.volume),
      ['both'],
    );
    assert.match(vg?.degraded[0]?.message ?? '', /^without PV \w+, last at ".*disk1.img"$/);
    assert.match(b.table('vg-both'), /^striped 2 128 7:0 \d+ 7:1 \d+$/, 'and nothing is taken from it');
  }));

test('a PV that the group goes on without is not waited for', () =>
  withBench(3, async (b) => {
    await made(b);
    unplug(b, 1);
    const vg = (await boot(b)).groups.find((g) => g.group.name === 'vg');
    await b.run('recover', 'vg', '--without', ...Object.keys(vg?.missing ?? {}), ...b.sim);
    const { groups } = await boot(b, '--auto', '--wait', '1000h');
    assert.equal(groups.find((g) => g.group.name === 'vg')?.skipped.length, 2);
  }));

test('flags keep volumes down, and what is up by hand stays up', () =>
  withBench(1, async (b) => {
    await b.run('create', 'vg', b.disk(0), '--extent-size', '1M', ...b.sim);
    for (const name of ['a', 'b', 'c']) await b.run('create', `vg/${name}`, '--size', '1M', '--no-activate', ...b.sim);
    for (const name of ['b', 'c']) await b.run('set', `vg/${name}`, '--autoactivate', 'off', '--no-activate', ...b.sim);
    await b.run('activate', 'vg/b', ...b.sim);
    assert.equal((await boot(b, '--auto')).groups[0]?.activated, ['a']);
    assert.equal(b.active(), ['vg-a', 'vg-b']);
    await b.run('activate', 'vg', '--auto', ...b.sim);
    assert.equal(b.active(), ['vg-a', 'vg-b']);
    assert.equal((await boot(b)).groups[0]?.activated, ['c']);
    await b.run('deactivate', 'vg', ...b.sim);
    await b.run('set', 'vg', '--autoactivate', 'off', ...b.sim);
    assert.equal((await boot(b, '--auto')).groups[0]?.activated, []);
  }));

test('--only: a group, a volume, a path of one', () =>
  withBench(3, async (b) => {
    await made(b);
    const came = async (...words: string[]) =>
      (await boot(b, ...words.flatMap((w) => ['--only', w]))).groups.flatMap((g) => g.activated).sort();
    assert.equal(await came('vg/left'), ['left']);
    assert.equal(await came('/dev/mapper/vg-right'), ['right']);
    assert.equal(await came('/dev/dvm/vg/both', 'other'), ['both', 'data']);
  }));

test('words that do not go together are refused', () =>
  withBench(1, async (b) => {
    const code = async (...words: string[]) => (await thrown<DvmError>(() => b.run('activate', ...words, ...b.sim))).code;
    assert.is(await code('--all', 'vg'), 'surplus-argument');
    assert.is(await code('--all', '--partial'), 'contradiction');
    assert.is(await code('--all', '--dry-run'), 'contradiction');
    assert.is(await code('vg', '--only', 'vg/a'), 'bad-option');
    assert.is(await code('--all', '--wait', 'soon'), 'bad-span');
    assert.is(String(await b.run('activate', '--all', ...b.sim)), 'no group is on this machine\n');
    assert.match(String(await b.run('activate', '--all', '--print')), /^discover groups\ntm activate --degraded .* GROUP -- /);
  }));

test.run();
