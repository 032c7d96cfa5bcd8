import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '#dm/documents.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { dvm, pipe, settings, sh, tables, unsettled } from '#test/support/guest.js';
import { startWriter } from '#test/support/writer.js';

const [mnt, log, config] = ['/tmp/mnt', '/tmp/log', '/tmp/config.json'];
const rounds = 10;

/** Microseconds from each suspend to the resume that ended it, out of the traces of dmexec. */
function suspensions(): number[] {
  return readdirSync(log)
    .filter((f) => f.endsWith('-dmexec.json'))
    .map((f) => JSON.parse(readFileSync(join(log, f), 'utf8')) as { argv: string[]; output: Result[] })
    .flatMap(({ argv, output }) => (argv.includes('--session') ? output : []))
    .flatMap(({ trace }) => {
      const [first, last] = [trace.findIndex((s) => s.op === 'suspend'), trace.findLastIndex((s) => s.op === 'resume')];
      return first < 0 ? [] : [trace.slice(first, last + 1).reduce((sum, s) => sum + (s.microseconds ?? 0), 0)];
    });
}

/**
 * Both volumes larger, one under a new name, in one transaction. The mounted one keeps its name for the time being: resize2fs finds
 * a mounted file system by the name under which it was mounted.
 */
async function growAndRename(i: number): Promise<void> {
  const edits = ['lv_extend fs --size +2M', `lv_extend raw${i} --size +4M`, `lv_rename raw${i} raw${i + 1}`];
  await pipe`discover vg | tm update vg ${edits.flatMap((words) => ['--', ...words.split(' ')])}`;
  sh`resize2fs /dev/dvm/vg/fs`;
}

guestTests({ disks: ['64M', '64M', '64M', '64M'] }, () => {
  const test = suite('extended and renamed under load');
  mkdirSync(mnt);
  Object.assign(settings, { configPath: config, trace: log });
  writeFileSync(config, JSON.stringify({ kind: 'config', version: 1, tm: { activation: { execute: ['dmexec', '--timing'] } } }));

  test('what is written meanwhile is there, and no write fails', async () => {
    await dvm`create vg ${['/dev/ubda', '/dev/ubdb', '/dev/ubdc', '/dev/ubdd']} --extent-size 1M`;
    await dvm`create vg/fs --size 16M`;
    await dvm`create vg/raw0 --size 16M --stripes 4 --stripe-size 8K`;
    sh`mkfs.ext4 -q /dev/dvm/vg/fs`;
    sh`mount /dev/dvm/vg/fs ${mnt}`;
    const [major, minor] = tables()['vg-raw0'] ? sh`dmsetup info -c --noheadings -o major,minor vg-raw0`.trim().split(':') : [];
    sh`mknod /tmp/raw b ${major ?? ''} ${minor ?? ''}`; // its names change, its number does not
    const writer = startWriter([`${mnt}/file`, '/tmp/raw'], '4m');
    try {
      for (let i = 0; i < rounds; i++) await growAndRename(i);
      await dvm`rename vg/fs home`;
    } finally {
      await writer.stop();
    }
    assert.equal(await writer.verdict(), { failed: [], rounds: true });
    assert.not.match(sh`dmesg`, /I\/O error|Buffer I\/O|EXT4-fs error/);
    assert.equal(unsettled(), []);
    assert.is(Number(sh`blockdev --getsz /dev/dvm/vg/home`), (16 + 2 * rounds) * 2048);
    assert.is(Number(sh`blockdev --getsz /dev/dvm/vg/raw${rounds}`), (16 + 4 * rounds) * 2048);
    assert.is((await pipe`discover vg | tm verify vg`).document.state, 'ok');
    sh`umount ${mnt}`;
    sh`e2fsck -fn /dev/dvm/vg/home`;
  });

  test('how long they were suspended is in the traces', () => {
    const times = suspensions().sort((a, b) => a - b);
    assert.is(times.length, rounds);
    const ms = (us = 0): string => (us / 1000).toFixed(1);
    process.stdout.write(`suspended ${rounds} times: median ${ms(times[rounds >> 1])} ms, longest ${ms(times.at(-1))} ms\n`);
  });

  test.run();
});
