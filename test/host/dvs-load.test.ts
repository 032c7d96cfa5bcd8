import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { settingsOf } from '#service/config.js';
import { startDaemon } from '#service/daemon.js';
import { type Job, jobType } from '#service/documents.js';
import { readRecords } from '#service/listing.js';
import { assert, skipped, suite } from '#test/support/check.js';
import { Listener, missingForDvs, type Rig, until, withRig } from '#test/support/dvs.js';
import { SimMachine } from '#test/support/sim-volumes.js';

/** Many jobs from many senders through a real broker, on a machine in memory. */
const test = suite('dvs under load');

test('1,000 jobs of 10 senders, 50 at once: each is done, once, and in order for its mount point', () =>
  withRig(async (rig) => {
    await rig.startBroker();
    const machine = new SimMachine();
    const overlap = watchOverlap(machine);
    const settings = settingsOf(
      {
        brokers: [`127.0.0.1:${rig.port}`],
        stateDirectory: rig.state,
        roots: [rig.root],
        limits: { atOnce: 50 },
        topics: { NODE_NAME: 'node1' },
      },
      'x',
    );
    const log: string[] = [];
    const daemon = await startDaemon(
      settings,
      (_, event, facts) => log.push(`${event} ${facts?.message ?? ''}`),
      (_, kept) => machine.world(kept),
    );
    try {
      const listener = await Listener.start(rig, ['docker/sip/+/jobs', 'docker/sip/+/failures']);
      const senders = Array.from({ length: 10 }, (_, s) => `sender${s}`);
      await Promise.all(senders.map((sender) => sendAll(rig, sender)));
      await until(() => listener.count('DONE') >= 1000, 'all are done');
      assert.equal([listener.count('DONE'), listener.count('PENDING'), listener.count('failures')], [1000, 1000, 0]);
      await until(() => daemon.broker.outbox.size === 0, 'all answers are taken');
      const jobs = readRecords(join(rig.state, 'jobs'), jobType);
      assert.equal([jobs.length, jobs.filter((j) => j.state === 'done').length], [1000, 1000]);
      assertInOrder(jobs);
      assert.ok(overlap.most > 10 && overlap.most <= 50, `${overlap.most} at once`);
      assert.equal([machine.spaces.size, machine.mounts.size, daemon.world.volumes.size], [200, 200, 200]);
    } finally {
      await daemon.stop();
    }
  }));

/** 100 jobs: on each of 20 mount points a create and a delete, twice, and a create. */
async function sendAll(rig: Rig, sender: string): Promise<void> {
  for (let round = 0; round < 5; round++) {
    const lines = Array.from({ length: 20 }, (_, i) =>
      JSON.stringify({ job: `${round}-${i}`, sipId: sender, mountPount: join(rig.root, sender, `${i}`), volumeSize: '10' }),
    );
    const topic = `docker/node1/volumes/${round % 2 === 0 ? 'create' : 'delete'}`;
    const pub = spawn('/usr/bin/mosquitto_pub', ['-h', '127.0.0.1', '-p', `${rig.port}`, '-q', '1', '-t', topic, '-l']);
    pub.stdin.end(`${lines.join('\n')}\n`);
    await new Promise((done) => pub.on('exit', done));
  }
}

function assertInOrder(jobs: readonly Job[]): void {
  const last = new Map<string, Job>();
  for (const job of jobs.toSorted((a, b) => a.order - b.order)) {
    const before = last.get(job.mountPoint);
    if (before) assert.ok((before.ended ?? '') <= (job.ended ?? ''), `${job.mountPoint}: ${before.job} ended after ${job.job}`);
    last.set(job.mountPoint, job);
  }
  assert.is(last.size, 200);
}

/** Makes file systems take a moment, and counts how many are made at once. */
function watchOverlap(machine: SimMachine): { most: number } {
  const seen = { now: 0, most: 0 };
  const world = machine.world.bind(machine);
  machine.world = (kept) => {
    const made = world(kept);
    const { format } = made.host;
    made.host.format = async (volume, path) => {
      seen.most = Math.max(seen.most, ++seen.now);
      await new Promise((done) => setTimeout(done, 200));
      await format(volume, path);
      seen.now--;
    };
    return made;
  };
  return seen;
}

const why = missingForDvs();
if (why !== undefined) skipped(1, why);
else test.run();
