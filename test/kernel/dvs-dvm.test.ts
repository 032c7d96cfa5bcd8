import { mkdirSync, readdirSync, statfsSync } from 'node:fs';
import { readMountTable } from '#blockdev/mounts.js';
import { settingsOf } from '#service/config.js';
import { type Daemon, startDaemon } from '#service/daemon.js';
import { jobType } from '#service/documents.js';
import { readRecords } from '#service/listing.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { dvm, sh } from '#test/support/guest.js';

const [root, state] = ['/tmp/volumes', '/tmp/dvs'];

/** The service on volumes of a group. */
guestTests({ disks: ['400M'], memory: '512M' }, () => {
  const test = suite('dvs with volumes of a group');
  mkdirSync(root);
  const log: string[] = [];
  let daemon: Daemon | undefined;

  async function start(dvmSettings: object): Promise<void> {
    await daemon?.stop();
    const settings = settingsOf(
      { stateDirectory: state, roots: [root], backend: 'dvm', dvm: { group: 'vg', ...dvmSettings } },
      'node',
    );
    daemon = await startDaemon(settings, (level, event, facts) => log.push(JSON.stringify({ level, event, ...facts })));
  }

  /** Sends a job, waits for its end, and says how it ended. */
  async function job(action: 'create' | 'delete', id: string, name: string, size = '40'): Promise<string> {
    const message = { job: id, sipId: 's', mountPoint: `${root}/${name}`, volumeSize: size };
    await daemon?.jobs.receive(action, Buffer.from(JSON.stringify(message)));
    while (daemon && daemon.jobs.running + daemon.jobs.waiting > 0) await new Promise((done) => setTimeout(done, 20));
    const record = readRecords(`${state}/jobs`, jobType).find((j) => j.job === id);
    return record?.error?.code ?? record?.state ?? log.at(-1) ?? '';
  }

  function volumes(): string[] {
    return readdirSync('/dev/dvm/vg').filter((name) => name.startsWith('dvs-')); // `other` is active, so it is there
  }

  test('a linear volume is made, mounted, of its size, and full at its limit', async () => {
    await dvm`create vg /dev/ubda`;
    await dvm`create vg/other --size 4M`;
    await start({});
    assert.is(await job('create', '1', 'a'), 'done', log.join('\n'));
    const { blocks, bsize } = statfsSync(`${root}/a`);
    assert.ok(blocks * bsize > 30 << 20 && blocks * bsize < 41 << 20, `${blocks * bsize} bytes`);
    assert.throws(() => sh`dd if=/dev/zero of=${root}/a/full bs=64k count=1000`, /No space left/);
    assert.equal([volumes().length, (await dvm`list`) !== undefined], [1, true]);
  });

  test('no space in the group: told, and nothing left behind', async () => {
    assert.is(await job('create', '2', 'b', '4000'), 'no-space');
    assert.equal([volumes().length, readdirSync(root)], [1, ['a']]);
  });

  test('after a reboot it is activated and mounted again', async () => {
    sh`dd if=/dev/urandom of=${root}/a/full bs=1M count=3 conv=fsync status=none`;
    const before = sh`sha256sum ${root}/a/full`;
    await daemon?.stop();
    daemon = undefined;
    sh`umount ${root}/a`;
    await dvm`deactivate vg`;
    await start({});
    await dvm`activate vg/other`;
    assert.is(sh`sha256sum ${root}/a/full`, before, log.slice(-3).join('\n'));
  });

  test('deleted: the volume has gone, and what was on it; others are as they were', async () => {
    const device = sh`readlink -f ${`/dev/dvm/vg/${volumes()[0]}`}`.trim();
    const table = sh`dmsetup table ${device}`.trim().split(' ');
    assert.is(await job('delete', '3', 'a'), 'done', log.slice(-2).join('\n'));
    assert.equal([volumes(), readdirSync(root)], [[], []]);
    assert.match(sh`dmsetup ls`, /vg-other/);
    const [start = '0', length = '0'] = [table[4], table[1]];
    const rest = sh`cmp --bytes ${Number(length) * 512} --ignore-initial ${`${Number(start) * 512}:0`} /dev/ubda /dev/zero`;
    assert.is(rest, '', 'its blocks are zeroes');
  });

  test('thin volumes of a pool', async () => {
    await dvm`thin-pool vg/pool --size 100M`;
    await start({ pool: 'pool' });
    assert.is(await job('create', '4', 't', '200'), 'done', log.slice(-2).join('\n'));
    assert.match(sh`dmsetup table ${sh`readlink -f ${`/dev/dvm/vg/${volumes()[0]}`}`.trim()}`, / thin /);
    assert.ok(readMountTable().some((m) => m.target === `${root}/t`));
    assert.is(await job('delete', '5', 't'), 'done', log.slice(-2).join('\n'));
    assert.equal(volumes(), []);
    await daemon?.stop();
  });

  test.run();
});
