import { execFileSync } from 'node:child_process';
import { lvm } from '#test/bench/lvm.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { devices, dvm, everythingOf, pipe, refusal, sh } from '#test/support/guest.js';

/** Device-mapper devices of others: plain ones in every state, LVM2's, and those of another group of dvm. */
async function makeForeign(): Promise<string[]> {
  const linear = (from: number): string => `0 2048 linear /dev/ubde ${from}`;
  sh`dmsetup create plain --table ${linear(0)}`;
  sh`dmsetup create vg-data2 --uuid NOT-OURS --table ${linear(2048)}`;
  sh`dmsetup create halted --uuid DVM-almost --table ${linear(4096)}`;
  sh`dmsetup suspend halted`;
  sh`dmsetup create two-tables --table ${linear(6144)}`;
  sh`dmsetup load two-tables --table ${linear(8192)}`;
  sh`dmsetup create no-table --notable`;
  const { environment } = lvm(['/dev/ubdc'], '/tmp', 'lean');
  const lvm2 = (...words: string[]) =>
    execFileSync('lvm', words, { env: { ...process.env, ...environment }, stdio: ['ignore', 'ignore', 'pipe'] });
  lvm2('vgcreate', '-y', 'peer', '/dev/ubdc');
  lvm2('lvcreate', '-y', '-Zn', '-Wn', '-n', 'lv', '-L', '8m', 'peer');
  await dvm`create other /dev/ubdd`;
  await dvm`create other/home --size 8M`;
  return devices();
}

guestTests({ disks: ['32M', '32M', '32M', '32M', '32M'] }, () => {
  const test = suite('devices of others');
  let foreign: string[] = [];
  let before = '';
  const untouched = (after: string): void => assert.is(everythingOf(foreign), before, after);

  test('stay as they are whatever is done to a group', async () => {
    foreign = await makeForeign();
    assert.equal(foreign, ['halted', 'no-table', 'other-home', 'peer-lv', 'plain', 'two-tables', 'vg-data2']);
    before = everythingOf(foreign);
    assert.is(before.match(/^Name:/gm)?.length, foreign.length);
    const steps: (() => Promise<unknown>)[] = [
      () => dvm`create vg /dev/ubda /dev/ubdb --extent-size 1M`,
      () => dvm`create vg/data --size 8M`,
      () => dvm`create vg/wide --size 8M --stripes 2`,
      () => dvm`extend vg/data --size +8M`,
      () => dvm`rename vg/data big`,
      () => dvm`remove vg/wide`,
      () => dvm`recover vg`,
      () => dvm`deactivate vg`,
      () => dvm`activate vg`,
      () => dvm`rename vg vg2`,
      () => dvm`rename vg2 vg`,
      () => pipe`discover vg | tm activate vg -- --none`,
    ];
    for (const step of steps) {
      await step();
      untouched(String(step));
    }
    await dvm`activate vg`;
    assert.equal(
      devices().filter((d) => !foreign.includes(d)),
      ['vg-big'],
    );
  });

  test('a disk of theirs is not taken', async () => {
    const e = await refusal(() => dvm`extend vg /dev/ubdc`);
    assert.is(e.exit, 'inUse');
    assert.match(JSON.stringify(e), /LVM2_member|peer-lv/);
    const own = await refusal(() => dvm`extend vg /dev/ubdd`);
    assert.match(own.message, /other/);
    assert.is((await refusal(() => dvm`extend vg /dev/ubdc --wipe`)).exit, 'inUse');
    untouched('extend');
  });

  test('one that has our name: said, nothing changed, nothing committed', async () => {
    const { document: group } = await pipe`discover vg | tm read vg`;
    const here = devices();
    for (const attempt of [
      () => dvm`create vg/data2 --size 4M`,
      () => dvm`rename vg/big data2`,
      () => pipe`discover vg | tm update vg -- lv_create fine --size 4M -- lv_create data2 --size 4M`,
    ]) {
      const e = await refusal(attempt);
      assert.equal([e.code, e.exit], ['name-taken', 'exists'], String(attempt));
      assert.match(e.message, /"vg-data2" belongs to a device of another owner, uuid "NOT-OURS"/);
      assert.equal(devices(), here);
      assert.equal((await pipe`discover vg | tm read vg`).document, group);
      untouched(String(attempt));
    }
    assert.is((await pipe`discover vg | tm verify vg`).document.state, 'ok');
  });

  test('one that stands on our volume is named as its user', async () => {
    sh`dmsetup create on-top --table ${'0 8 linear /dev/dvm/vg/big 0'}`;
    for (const attempt of [() => dvm`remove vg/big`, () => dvm`deactivate vg`]) {
      const e = await refusal(attempt);
      assert.equal([e.code, e.exit], ['device-in-use', 'inUse']);
      assert.match(e.message, /used by "on-top"/);
    }
    await dvm`extend vg/big --size +4M`; // below it, while it is up
    assert.is(sh`dmsetup table on-top`.split(' ')[2], 'linear');
    sh`dmsetup remove on-top`;
    untouched('on top');
  });

  test('stay when the group goes', async () => {
    await dvm`remove vg/big`;
    await dvm`remove vg`;
    assert.equal(devices(), foreign);
    untouched('remove');
  });

  test.run();
});
