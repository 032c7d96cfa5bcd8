import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readMountTable } from '#blockdev/mounts.js';
import { jobType } from '#service/documents.js';
import { readRecords } from '#service/listing.js';
import { assert, skipped, suite } from '#test/support/check.js';
import { kill, Listener, missingForDvs, publish, type Rig, until, withRig } from '#test/support/dvs.js';
import { run } from '#test/support/loop.js';

/** dvs and its broker killed while they work, with real loop devices; disks that are full. */
const test = suite('dvs killed');
const create = 'docker/node1/volumes/create';
const remove = 'docker/node1/volumes/delete';

function job(rig: Rig, id: string, name: string): string {
  return JSON.stringify({ job: id, sipId: 'abc', mountPoint: join(rig.root, name), volumeSize: 10 });
}

function mounts(rig: Rig): string[] {
  return readMountTable().flatMap((m) => (m.target.startsWith(`${rig.root}/`) ? [m.target.slice(rig.root.length + 1)] : []));
}

test('kill −9 in the middle of creates and deletes: each is done once', () =>
  withRig(async (rig) => {
    await rig.startBroker();
    const listener = await Listener.start(rig, ['docker/sip/abc/#', 'docker/node1/presence']);
    let dvs = await rig.startDvs(rig.config());
    await listener.hear('{"online":true}'); // from its first connection on the broker keeps what is sent to it
    for (let round = 0; round < 8; round++) {
      const names = ['a', 'b', 'c'].map((name) => `${name}${round}`);
      for (const name of names) await publish(rig, create, job(rig, `make-${name}`, name));
      await publish(rig, remove, job(rig, `drop-${names[0]}`, names[0] ?? ''));
      await sleep(round * 25);
      await kill(dvs);
      dvs = await rig.startDvs(rig.config());
      for (const name of names) await listener.hear(`"jobId":"make-${name}"`, 'DONE');
      await listener.hear(`"jobId":"drop-${names[0]}"`, 'DONE');
    }
    const expected = Array.from({ length: 8 }, (_, i) => [`b${i}`, `c${i}`]).flat();
    assert.equal(mounts(rig).sort(), expected.sort(), 'each volume is mounted once');
    assert.is(readdirSync(join(rig.state, 'volumes')).length, 2 * expected.length, 'a record and an image each');
    assert.is(listener.count('failures'), 0, listener.lines.filter((l) => l.includes('failures')).join('\n'));
  }));

test('all mounts gone, as after a reboot: they come back, with what was on them', () =>
  withRig(async (rig) => {
    await rig.startBroker();
    const listener = await Listener.start(rig, ['docker/sip/abc/#', 'docker/node1/presence']);
    const dvs = await rig.startDvs(rig.config());
    await listener.hear('{"online":true}');
    for (const name of ['a', 'a/in-a']) {
      await publish(rig, create, job(rig, name.replace('/', '.'), name));
      await listener.hear(`"jobId":"${name.replace('/', '.')}"`, 'DONE');
      run('sh', '-c', `echo kept > ${join(rig.root, name, 'file')}`);
    }
    await kill(dvs, 'SIGTERM');
    for (const name of ['a/in-a', 'a']) run('umount', join(rig.root, name));
    await rig.startDvs(rig.config());
    assert.equal(mounts(rig).sort(), ['a', 'a/in-a']);
    for (const name of ['a', 'a/in-a']) assert.is(run('cat', join(rig.root, name, 'file')), 'kept\n');
  }));

test('the broker is killed and comes back: jobs go on, answers arrive, and what was sent meanwhile is done', () =>
  withRig(async (rig) => {
    let broker: ChildProcess = await rig.startBroker();
    await rig.startDvs(rig.config());
    const before = await Listener.start(rig, ['docker/node1/presence']);
    await before.hear('{"online":true}');
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const name of names) await publish(rig, create, job(rig, name, name));
    await sleep(1500); // the broker saves what it holds once a second
    await kill(broker);
    await until(() => mounts(rig).length === names.length, 'jobs are done without a broker');
    broker = await rig.startBroker();
    const after = await Listener.start(rig, ['docker/sip/abc/#', 'docker/node1/presence']);
    await publish(rig, create, job(rig, 'late', 'late'));
    await after.hear('"jobId":"late"', 'DONE');
    for (const name of names) await publish(rig, create, job(rig, name, name));
    for (const name of names) await after.hear(`"jobId":"${name}"`, 'DONE');
    await after.hear('{"online":true}');
    assert.is(mounts(rig).length, names.length + 1);
  }));

test('killed, it is said to be offline; what is sent to it meanwhile waits with the broker', () =>
  withRig(async (rig) => {
    await rig.startBroker();
    const dvs = await rig.startDvs(rig.config());
    const listener = await Listener.start(rig, ['docker/sip/abc/#', 'docker/node1/presence']);
    await listener.hear('{"online":true}');
    await kill(dvs);
    await listener.hear('{"online":false}');
    await publish(rig, create, job(rig, '1', 'a'));
    await rig.startDvs(rig.config());
    await listener.hear('"jobId":"1"', 'DONE');
  }));

test('a full disk: the volume that does not fit is undone; a job that cannot be kept waits with the broker', () =>
  withRig(async (rig) => {
    mkdirSync(rig.state);
    run('mount', '-t', 'tmpfs', '-o', 'size=2M', 'tmpfs', rig.state);
    await rig.startBroker();
    const config = { allocation: 'reserved', limits: { sizeMB: 100 } };
    await rig.startDvs(rig.config(config));
    const listener = await Listener.start(rig, ['docker/sip/abc/#', 'docker/node1/presence']);
    await listener.hear('{"online":true}');
    await publish(rig, create, job(rig, 'big', 'big'));
    assert.match(await listener.hear('failures', '"job":"big"'), /fallocate-failed|no-image/);
    assert.equal([readdirSync(join(rig.state, 'volumes')), readdirSync(rig.root)], [[], []]);
    const filler = join(rig.state, 'filler');
    assert.throws(() => run('dd', 'if=/dev/zero', `of=${filler}`, 'bs=4k'));
    await publish(rig, remove, job(rig, 'later', 'x'));
    await until(() => rig.log('dvs.log').includes('job-not-kept'), 'the full disk is noticed');
    assert.is(readRecords(join(rig.state, 'jobs'), jobType).filter((j) => j.job === 'later').length, 0);
    rmSync(filler);
    await listener.hear('"job":"later"', 'no-volume');
  }));

const why = missingForDvs();
if (why !== undefined) skipped(5, why);
else test.run();
