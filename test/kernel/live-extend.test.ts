import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '#dm/documents.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { dvm, pipe, settings, sh, tables, unsettled } from '#test/support/guest.js';

const [mnt, log, config, stop] = ['/tmp/mnt', '/tmp/log', '/tmp/config.json', '/tmp/stop'];
const rounds = 10;

/** fio again and again until told to stop: each round writes all blocks in random order and reads them back. */
const writer = `
  rounds=0
  while [ ! -e ${stop} ]; do
    fio --name=w --filename="$1" --size="$2" --rw=randwrite --bs=4k --ioengine=libaio --iodepth=4 --direct=1 \\
        --verify=crc32c --verify_fatal=1 --randseed=$rounds --output=/tmp/fio.$3 || { cat /tmp/fio.$3 >&2; exit 1; }
    rounds=$((rounds + 1))
  done
  echo $rounds`;

interface Written {
  code: number | null;
  rounds: number;
  errors: string;
}

function write(file: string, size: string, tag: string): Promise<Written> {
  const child = spawn('bash', ['-c', writer, 'writer', file, size, tag], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, errors]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (b: Buffer) => out.push(b));
  child.stderr.on('data', (b: Buffer) => errors.push(b));
  return new Promise((done) =>
    child.on('close', (code) => done({ code, rounds: Number(Buffer.concat(out)), errors: Buffer.concat(errors).toString() })),
  );
}

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
    const writers = Promise.all([write(`${mnt}/file`, '4m', 'fs'), write('/tmp/raw', '4m', 'raw')]);
    try {
      for (let i = 0; i < rounds; i++) await growAndRename(i);
      await dvm`rename vg/fs home`;
    } finally {
      writeFileSync(stop, '');
      await writers;
    }
    for (const { code, rounds: n, errors } of await writers) {
      assert.is(code, 0, errors);
      assert.ok(n > 0);
    }
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
