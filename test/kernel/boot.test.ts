import { setTimeout as sleep } from 'node:timers/promises';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { type Document, devices, dvm, pipe, refusal, sh, unsettled } from '#test/support/guest.js';
import { runProcess } from '#test/support/process.js';
import { raidStatus, synced } from '#test/support/raid.js';
import { toolCommand } from '#test/support/runtime.js';

const size = '64M';
const disk = (i: number): string => `/dev/loop${i}`;

function plug(i: number): void {
  sh`truncate -s ${size} /tmp/disk${i}`;
  sh`losetup ${disk(i)} /tmp/disk${i}`;
}
const unplug = (i: number): string => sh`losetup -d ${disk(i)}`;

/** `dvm activate --all` as a program of its own, so that several can run at once. */
async function boot(...words: string[]): Promise<{ exitCode: number | null; activation: Document }> {
  const [program, ...args] = toolCommand('dvm');
  const { code, stdout } = await runProcess(program, [...args, 'activate', '--all', '--auto', '--json', ...words], {
    limit: 90_000,
  });
  return { exitCode: code, activation: JSON.parse(stdout) };
}

const group = (activation: Document, name: string): Document =>
  activation.groups.find((g: Document) => g.group.name === name) ?? assert.unreachable(name);

/** What boot brings up, on a real kernel: whole, degraded, late, twice. */
guestTests({}, () => {
  const test = suite('boot');

  test('all groups come up', async () => {
    for (let i = 0; i < 5; i++) plug(i);
    await dvm`create vg ${disk(0)} ${disk(1)} ${disk(2)} --extent-size 1M`;
    await dvm`create vg/linear --size 4M ${disk(0)}`;
    await dvm`create vg/safe --type raid1 --mirrors 1 --size 8M ${disk(0)} ${disk(1)}`;
    await dvm`create vg/wide --size 4M ${disk(1)}`;
    await dvm`create other ${disk(3)} ${disk(4)} --extent-size 1M`;
    await dvm`create other/data --size 4M ${disk(3)}`;
    synced('vg-safe');
    await pipe`discover vg | tm update vg -- vg_check`;
    for (const name of ['vg', 'other']) await dvm`deactivate ${name}`;
    const { exitCode, activation } = await boot();
    assert.is(exitCode, 0);
    assert.equal(group(activation, 'vg').activated, ['linear', 'safe', 'wide']);
    assert.equal(group(activation, 'other').activated, ['data']);
  });

  test('twice, and two at once: nothing happens to what is up', async () => {
    const before = devices();
    const again = await boot();
    assert.equal([again.exitCode, ...again.activation.groups.map((g: Document) => g.activated)], [0, [], []]);
    for (const name of ['vg', 'other']) await dvm`deactivate ${name}`;
    const races = await Promise.all([boot(), boot()]);
    assert.equal(
      races.map((r) => r.exitCode),
      [0, 0],
    );
    assert.equal(devices(), before);
    assert.equal(unsettled(), []);
  });

  test('a missing PV that nothing lies on blocks nothing; raid comes up degraded and says so; what cannot come up is named', async () => {
    for (const name of ['vg', 'other']) await dvm`deactivate ${name}`;
    for (const i of [1, 4]) unplug(i);
    assert.is((await refusal(() => dvm`activate vg`)).code, 'missing-devices');
    const { exitCode, activation } = await boot();
    assert.is(exitCode, 2);
    const vg = group(activation, 'vg');
    assert.equal(vg.activated, ['linear', 'safe']);
    assert.equal(
      vg.degraded.map((d: Document) => d.volume),
      ['safe'],
    );
    assert.equal(
      vg.skipped.map((s: Document) => [s.volume, s.code]),
      [['wide', 'missing-device']],
    );
    assert.is(group(activation, 'other').state, 'whole');
    assert.equal(Object.values(group(activation, 'other').missing), [disk(4)]);
    assert.is(raidStatus('vg-safe').health, 'A-');
    assert.equal(unsettled(), []);
  });

  test('when the device is back, the rest comes up and the raid is made whole', async () => {
    for (const i of [1, 4]) plug(i);
    const { exitCode, activation } = await boot();
    assert.is(exitCode, 0);
    assert.equal(group(activation, 'vg').activated, ['wide']);
    assert.is(synced('vg-safe').health, 'AA');
  });

  test('a late device is waited for, and what is whole comes up meanwhile', async () => {
    await dvm`deactivate vg`;
    unplug(1);
    const waiting = boot('--wait', '60s');
    while (!devices().includes('vg-linear')) await sleep(20);
    assert.equal(
      devices().filter((d) => /^vg-(safe|wide)$/.test(d)),
      [],
    );
    plug(1);
    const { exitCode, activation } = await waiting;
    assert.is(exitCode, 0);
    assert.equal(group(activation, 'vg').activated, ['linear', 'safe', 'wide']);
    assert.is(raidStatus('vg-safe').health, 'AA');
  });

  test('a volume that the kernel refuses keeps none of the others down', async () => {
    await dvm`deactivate vg`;
    sh`dmsetup create vg-wide --table ${'0 8 zero'}`; // somebody else has its name
    const { exitCode, activation } = await boot();
    assert.is(exitCode, 2);
    assert.equal(group(activation, 'vg').activated, ['linear', 'safe']);
    assert.equal(
      group(activation, 'vg').skipped.map((s: Document) => s.volume),
      ['wide'],
    );
    sh`dmsetup remove vg-wide`;
    assert.equal(group((await boot()).activation, 'vg').activated, ['wide']);
  });

  test.run();
});
