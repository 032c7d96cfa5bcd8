import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readMountTable } from '#blockdev/mounts.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { kill, Listener, publish, Rig } from '#test/support/dvs.js';
import { dvm, sh } from '#test/support/guest.js';

const create = 'docker/node1/volumes/create';
const remove = 'docker/node1/volumes/delete';
/** When, after two jobs are sent, the service is killed: during either, and between its steps. Milliseconds. */
const moments = [0, 150, 300, 500, 800, 1200];

/** kill −9 of the service while it makes and removes volumes of a group; every other time what it has started dies with it. */
guestTests({ disks: ['400M'], memory: '768M' }, () => {
  const test = suite('dvs with volumes of a group, killed');

  test('each job is done once, the group is whole, and nothing is left suspended', async () => {
    sh`ip link set lo up`;
    await dvm`create vg /dev/ubda`;
    mkdirSync('/tmp/rig');
    const rig = new Rig('/tmp/rig');
    try {
      await killedAgainAndAgain(rig);
    } finally {
      await rig.end();
    }
  });

  async function killedAgainAndAgain(rig: Rig): Promise<void> {
    const config = rig.config({ backend: 'dvm', dvm: { group: 'vg' } });
    await rig.startBroker();
    const listener = await Listener.start(rig, ['docker/sip/abc/#', 'docker/node1/presence']);
    let dvs = await rig.startDvs(config);
    await listener.hear('{"online":true}');
    for (const [round, moment] of moments.entries()) {
      await publish(rig, create, job(rig, `make${round}`, `v${round}`));
      if (round > 0) await publish(rig, remove, job(rig, `drop${round}`, `v${round - 1}`));
      await sleep(moment);
      const below = round % 2 === 0 ? descendants(dvs.pid ?? 0) : [];
      await kill(dvs);
      for (const pid of below) end(pid);
      dvs = await rig.startDvs(config);
      await listener.hear(`"jobId":"make${round}"`, 'DONE');
      if (round > 0) await listener.hear(`"jobId":"drop${round}"`, 'DONE');
    }
    await kill(dvs, 'SIGTERM');
    const last = `v${moments.length - 1}`;
    const mounted = readMountTable().filter((m) => m.target.startsWith(`${rig.root}/`));
    assert.equal([mounted.map((m) => m.target), readdirSync(rig.root)], [[join(rig.root, last)], [last]]);
    assert.is(readdirSync('/dev/dvm/vg').filter((name) => name.startsWith('dvs-')).length, 1);
    assert.is(sh`dmsetup ls`.trim().split('\n').length, 1);
    assert.not.match(sh`dmsetup info`, /SUSPENDED/);
    await dvm`verify vg`;
    assert.is(listener.count('failures'), 0, listener.lines.join('\n'));
  }

  test.run();
});

function job(rig: Rig, id: string, name: string): string {
  return JSON.stringify({ job: id, sipId: 'abc', mountPoint: join(rig.root, name), volumeSize: 10 });
}

/** Its children, and theirs. */
function descendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}
