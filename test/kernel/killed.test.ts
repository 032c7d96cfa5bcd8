import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Instruction } from '#dm/documents.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { devices, dvm, pipe, sh, sha256, unsettled } from '#test/support/guest.js';
import { toolCommand } from '#test/support/runtime.js';
import { killDmexec, killTm, type Point, sabotage } from '#test/support/saboteur.js';

const [dir, mnt, next] = ['/tmp/killed', '/tmp/mnt', '/tmp/killed/next.json'];
const disks = ['/dev/ubda', '/dev/ubdb', '/dev/ubdc'];

/** Everything at once: a mounted volume and a raw one grow, one gets a new name, one is new, one goes. */
const edits =
  'lv_extend keep --extents +1 | lv_extend live --extents +1 | lv_rename live renamed | lv_create fresh --size 2M | lv_remove gone';
const before = ['vg-gone', 'vg-keep', 'vg-live'];
const after = ['vg-fresh', 'vg-keep', 'vg-renamed'];

/** Runs the edit in processes of its own with `action` at `point`; how tm ended. */
async function update(point: Point, action: string): Promise<{ status: number | null; signal: string | null; stderr: string }> {
  const { document } = await pipe`discover vg | tm read vg | ${edits.split(' ')}`;
  writeFileSync(next, JSON.stringify(document));
  const input = JSON.stringify((await pipe`discover vg`).document);
  const [tm, ...words] = toolCommand('tm');
  const config = sabotage(dir, point, action);
  return spawnSync(tm, [...words, '-c', config, 'update', 'vg', '--', '/bin/cat', next], {
    input,
    encoding: 'utf8',
    timeout: 60_000,
  });
}

/** Names of volumes in the metadata, as their devices are called. */
async function volumes(): Promise<string[]> {
  const { document } = await pipe`discover vg | tm read vg`;
  return Object.values(document.metadata.lvs as Record<string, { name: string }>)
    .map((lv) => `vg-${lv.name}`)
    .sort();
}

/** Nothing is left of an interrupted run, the mounted file system works, and the volumes are those of one version. */
async function checkWhole(wanted: string[], sum: string): Promise<void> {
  const { document, exitCode } = await pipe`discover vg | tm verify vg`;
  assert.equal([document.state, exitCode], ['ok', 0]);
  assert.equal(unsettled(), []);
  assert.equal(await volumes(), wanted);
  assert.equal(
    devices().filter((d) => d !== 'vg-gone'),
    wanted.filter((d) => d !== 'vg-gone'),
  );
  sh`dd if=/dev/zero of=${mnt}/more bs=64k count=4 conv=fsync status=none`;
  assert.is(sha256(`${mnt}/file`), sum);
}

/** Back to the volumes that an edit starts from, all active. */
async function reset(): Promise<void> {
  const now = await volumes();
  if (now.includes('vg-fresh'))
    await pipe`discover vg | tm update vg -- lv_remove fresh -- lv_rename renamed live -- lv_create gone --size 2M`;
  await dvm`activate vg`;
  assert.equal(devices(), before);
}

guestTests({ disks: ['64M', '64M', '64M'] }, () => {
  const test = suite('killed');
  let sum = '';

  test('a group with a mounted volume', async () => {
    for (const d of [dir, mnt]) mkdirSync(d);
    await dvm`create vg ${disks} --extent-size 1M`;
    await pipe`discover vg | tm update vg -- lv_create keep --size 8M -- lv_create live --size 2M -- lv_create gone --size 2M`;
    sh`mkfs.ext4 -q /dev/dvm/vg/keep`;
    sh`mount /dev/dvm/vg/keep ${mnt}`;
    sh`dd if=/dev/urandom of=${mnt}/file bs=64k count=16 conv=fsync status=none`;
    sum = sha256(`${mnt}/file`);
  });

  const deaths: [who: string, point: Point, action: string, outcome: string[]][] = [
    ['tm', 'start', killTm, before],
    ['tm', 'before-phase1', killTm, before],
    ['tm', 'after-phase1', killTm, before],
    ['tm', 'before-phase2', killTm, after],
    ['tm', 'after-phase2', killTm, after],
    ['tm and dmexec', 'after-phase1', `${killTm}; ${killDmexec}`, before],
    ['tm and dmexec', 'before-phase2', `${killTm}; ${killDmexec}`, after],
  ];
  for (const [who, point, action, outcome] of deaths)
    test(`${who} killed, ${point}: tm recover makes the group whole`, async () => {
      assert.is((await update(point, action)).signal, 'SIGKILL');
      await dvm`recover vg`;
      await checkWhole(outcome, sum);
      assert.is((await dvm`recover vg`).changed, false);
      await reset();
    });

  // before the commit the regions were rolled back all the same: only the kernel may hold something, which the next plan takes in
  const losses: [Point, code: string, verified: number, outcome: string[]][] = [
    ['before-phase1', 'rollback-failed', 0, before],
    ['before-phase2', 'activation-pending', 86, after],
  ];
  for (const [point, code, verified, outcome] of losses)
    test(`dmexec killed, ${point}: tm says so, and the next update finishes it`, async () => {
      const ended = await update(point, killDmexec);
      const error = JSON.parse(ended.stderr.trim().split('\n').at(-1) ?? '');
      assert.equal([ended.status, error.code, error.hint.includes('tm recover')], [86, code, true], ended.stderr);
      assert.is((await pipe`discover vg | tm verify vg`).exitCode, verified);
      await dvm`set vg --add-tag ${point}`;
      await checkWhole(outcome, sum);
      await reset();
    });

  test('dmexec killed while a device is suspended: tm recover resumes it', async () => {
    const look: Instruction[] = Array.from({ length: 20_000 }, () => ({ op: 'info', id: { name: 'vg-keep' } }));
    const program = {
      kind: 'program',
      version: 1,
      instructions: [{ op: 'suspend', id: { name: 'vg-keep' } }, ...look, { op: 'resume', id: { name: 'vg-keep' } }],
    };
    writeFileSync(`${dir}/program.json`, JSON.stringify(program));
    const [dmexec, ...words] = toolCommand('dmexec');
    const child = spawn(dmexec, [...words, `${dir}/program.json`], { stdio: 'ignore' });
    const closed = new Promise((done) => child.on('close', (_, signal) => done(signal)));
    while (unsettled().length === 0) await new Promise((done) => setTimeout(done, 20));
    child.kill('SIGKILL');
    assert.is(await closed, 'SIGKILL');
    assert.match(unsettled().join(), /^vg-keep:Suspended/);
    await dvm`recover vg`;
    await checkWhole(before, sum);
  });

  test('nothing stands in the way of the end', async () => {
    sh`umount ${mnt}`;
    sh`e2fsck -fn /dev/dvm/vg/keep`;
    await pipe`discover vg | tm update vg -- lv_remove keep -- lv_remove live -- lv_remove gone`;
    await dvm`remove vg`;
    assert.equal(devices(), []);
  });

  test.run();
});
