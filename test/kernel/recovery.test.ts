import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { newest, parseSlot } from '#replicator/format/superblock.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { type Document, dvm, pipe, refusal, settings, sh, sha256, unsettled } from '#test/support/guest.js';

/**
 * Devices go, return, are damaged, while a file system on one of them is in use: it never notices, and what lies on the others
 * is what it was. Every remedy is the line that `dvm verify` printed, typed into a shell.
 */
const [dir, mnt] = ['/tmp/disks', '/tmp/mnt'];
const disk = (i: number): string => `/dev/loop${i}`;
const image = (i: number): string => `${dir}/disk${i}`;
const away = (...disks: number[]): void => disks.forEach((i) => void sh`losetup -d ${disk(i)}`);
const back = (...disks: number[]): void => disks.forEach((i) => void sh`losetup ${disk(i)} ${image(i)}`);

async function state(): Promise<string> {
  return (await verified()).state;
}

async function verified(): Promise<Document> {
  return (await pipe`discover vg | tm verify vg --full`).document;
}

/** The executable, which starts in a tenth of the time, where it has been built. */
const programs = join(process.cwd(), existsSync('build/dist/dvm') ? 'build/dist/bin' : 'bin');

/** Types a line that a program has printed, for the programs themselves. */
function type(remedy: Document): void {
  assert.ok(remedy, 'a remedy is named');
  sh`bash -c ${`set -o pipefail; PATH=${programs}:$PATH; ${remedy.command}`}`;
}

async function volumes(): Promise<string[]> {
  const { metadata } = (await pipe`discover vg | tm read vg`).document;
  return Object.values<Document>(metadata.lvs)
    .map((lv) => lv.name)
    .sort();
}

const [REGION, BLOCK] = [1 << 20, 4096];

/** Spoils blocks of a disk's region: its superblocks, or the root of the current version. */
function spoil(i: number, what: 'superblocks' | 'table'): void {
  const start = readFileSync(disk(i)).subarray(REGION, REGION + 2 * BLOCK);
  const region = { path: disk(i), start: REGION / 512, length: 8192 };
  const root = newest(([0, 1] as const).map((n) => parseSlot(start.subarray(n * BLOCK, (n + 1) * BLOCK), n, region)))?.active
    .block;
  const fd = openSync(disk(i), 'r+');
  for (const block of what === 'table' ? [root ?? 0] : [0, 1])
    writeSync(fd, randomBytes(20), 0, 20, REGION + block * BLOCK + 100);
  fsyncSync(fd);
  closeSync(fd);
}

guestTests({ memory: '512M' }, () => {
  const test = suite('recovery while volumes are in use');
  const were = ['data', 'v1', 'v2', 'v3'];
  let sums: string[] = [];
  let writer: ChildProcess | undefined;

  test('a group of four disks, a file system that is written to, and a volume on each of the others', async () => {
    for (const d of [dir, mnt]) mkdirSync(d);
    for (let i = 0; i < 5; i++) {
      sh`truncate -s 32M ${image(i)}`;
      sh`losetup ${disk(i)} ${image(i)}`;
    }
    await dvm`create vg ${[0, 1, 2, 3].map(disk)} --extent-size 1M`;
    await dvm`create vg/data --size 12M ${disk(0)}`;
    sh`mkfs.ext4 -q /dev/dvm/vg/data`;
    sh`mount /dev/dvm/vg/data ${mnt}`;
    sh`dd if=/dev/urandom of=${mnt}/kept bs=1M count=2 status=none`;
    for (const i of [1, 2, 3]) {
      await dvm`create vg/${`v${i}`} --size 2M ${disk(i)}`;
      sh`dd if=/dev/urandom of=/dev/dvm/vg/${`v${i}`} bs=1M count=2 oflag=direct status=none`;
    }
    sums = [`${mnt}/kept`, ...[1, 2, 3].map((i) => `/dev/dvm/vg/v${i}`)].map(sha256);
    await dvm`deactivate vg/v2`;
    await dvm`deactivate vg/v3`;
    const line = `while dd if=/dev/urandom of=${mnt}/scratch bs=64k count=8 conv=fsync status=none; do echo >> ${mnt}/rounds; done`;
    writer = spawn('bash', ['-c', line], { stdio: 'ignore', detached: true });
  });

  for (const lost of [[3], [2, 3]])
    test(`${lost.length} of 4 away for some changes, and back`, async () => {
      away(...lost);
      const missing = await verified();
      assert.equal([missing.state, missing.missing.length], ['missing', lost.length]);
      assert.is((await refusal(() => dvm`set vg/data --add-tag t`)).code, 'missing-devices');
      type(missing.remedies[0]);
      for (let n = 0; n < 3; n++) await dvm`set vg/data ${n % 2 ? '--del-tag' : '--add-tag'} t`;
      await dvm`extend vg/data --size +1M`;
      assert.is((await refusal(() => dvm`activate vg/v3`)).code, 'missing-device');
      back(...lost);
      const returned = await verified();
      const behind = returned.regions.filter((r: Document) => r.standing === 'behind');
      assert.equal([returned.state, behind.length], ['degraded', lost.length]);
      type(returned.remedies[0]);
      assert.equal([await state(), await volumes()], ['ok', were]);
    });

  test('halves that another machine and this one changed: refused, and resolved by naming the one to keep', async () => {
    away(2, 3);
    type((await verified()).remedies[0]);
    await dvm`create vg/here --size 1M`;
    back(2, 3);
    settings.configPath = `${dir}/other.json`; // sees the others only, and leaves device-mapper alone
    const only = { accept: [2, 3].map((i) => `^${disk(i)}$`), reject: ['.'] };
    writeFileSync(settings.configPath, JSON.stringify({ kind: 'config', version: 1, discover: only }), { mode: 0o600 });
    const pvs = (await verified()).missing.map((m: Document) => m.pv);
    await pipe`discover vg | tm recover vg --no-activate ${pvs.flatMap((pv: string) => ['--without', pv])}`;
    await pipe`discover vg | tm update vg --no-activate -- lv_create there --size 1M`;
    settings.configPath = undefined;
    const found = await verified();
    assert.equal([found.state, found.sides.length, found.remedies.length], ['diverged', 2, 2]);
    assert.is((await refusal(() => dvm`create vg/x --size 1M`)).code, 'diverged');
    assert.is((await refusal(() => dvm`recover vg`)).code, 'diverged');
    type(found.remedies.find((r: Document) => r.command.includes(pvs[0])));
    const after = await verified();
    if (after.state !== 'ok') type(after.remedies[0]);
    assert.equal([await state(), await volumes()], ['ok', ['data', 'here', 'v1', 'v2', 'v3']]);
    await dvm`remove vg/here`;
  });

  for (const what of ['superblocks', 'table'] as const)
    test(`damaged ${what} in the region of the disk in use, and of another`, async () => {
      for (const i of [0, 2]) spoil(i, what);
      const found = await verified();
      const bad = found.regions.filter((r: Document) => r.standing === 'unusable');
      assert.equal([found.state, bad.length], ['out-of-sync', 2]);
      assert.ok(bad.every((r: Document) => /damaged/.test(r.error)));
      const e = await refusal(() => dvm`create vg/x --size 1M`);
      assert.ok(['outOfSync', 'io'].includes(e.exit), e.code);
      type(found.remedies[0]);
      assert.equal([await state(), await volumes()], ['ok', were]);
    });

  test('a disk replaced by another: its volume stays until it is removed', async () => {
    const [pv] = (await verified()).regions
      .filter((r: Document) => r.region.startsWith(`${disk(3)}:`))
      .map((r: Document) => r.pv);
    away(3);
    type((await verified()).remedies[0]);
    await dvm`extend vg ${disk(4)}`;
    assert.match((await refusal(() => dvm`reduce vg ${pv}`)).message, /v3/);
    await dvm`remove vg/v3`;
    await dvm`reduce vg ${pv}`;
    assert.equal([await state(), await volumes()], ['ok', ['data', 'v1', 'v2']]);
    back(3);
    const returned = (await verified()).regions.find((r: Document) => r.pv === pv);
    assert.is(returned.standing, 'not-a-member');
  });

  test('nothing was lost, nothing noticed', async () => {
    const rounds = (): number => readFileSync(`${mnt}/rounds`).length;
    const before = rounds();
    while (rounds() === before) sh`sleep 0.1`; // it is still at it
    await dvm`activate vg/v2`;
    assert.equal([`${mnt}/kept`, '/dev/dvm/vg/v1', '/dev/dvm/vg/v2'].map(sha256), sums.slice(0, 3));
    const ended = new Promise((done) => writer?.on('close', done));
    process.kill(-(writer?.pid ?? 0), 'SIGKILL');
    await ended;
    sh`umount ${mnt}`;
    sh`e2fsck -fn /dev/dvm/vg/data`;
    assert.equal(unsettled(), []);
    assert.not.match(sh`dmesg`, /I\/O error, dev dm|EXT4-fs error|Buffer I\/O error on dev dm/);
  });

  test.run();
});
