import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { missingForDvs, type Rig, withRig } from '#test/support/dvs.js';
import { median, must, report } from './figure.js';

/** Volumes by message beside the same steps typed in a shell, what a job costs without its volume, and memory. */
const MB = '100';

/** The steps of the service's first description, for one volume after another. */
const shellSteps = `set -e
for i in $(seq "$3"); do
  IMAGE="$1/image$i" LOOP="$1/loop$i" MOUNT="$2/shell$i"
  touch "$IMAGE"; truncate -s ${MB}M "$IMAGE"; mkfs.ext2 -q -F -m 0 "$IMAGE"
  NUMBER=$(losetup -f); NUMBER=\${NUMBER#/dev/loop}
  mknod -m 660 "$LOOP" b 7 "$NUMBER"; losetup "$LOOP" "$IMAGE"
  mkdir "$MOUNT"; mount "$LOOP" "$MOUNT"; rm -R "$MOUNT/lost+found"
  umount "$MOUNT"; rm "$IMAGE"; losetup -d "$LOOP"; rm "$LOOP"; rmdir "$MOUNT"
done`;

/** A requester: sends jobs, and waits for their answers. */
class Requester {
  readonly #waiting = new Map<string, () => void>();
  #count = 0;

  constructor(readonly client: MqttClient) {
    client.on('message', (_, payload) => {
      const { job, status } = JSON.parse(payload.toString());
      if (status !== 'PENDING') this.#waiting.get(job)?.();
    });
  }

  static async start(rig: Rig): Promise<Requester> {
    const client = await connectAsync(`mqtt://127.0.0.1:${rig.port}`);
    await client.subscribeAsync(['docker/sip/bench/jobs', 'docker/sip/bench/failures'], { qos: 1 });
    return new Requester(client);
  }

  job(action: 'create' | 'delete', mountPount: string): Promise<void> {
    const job = `${this.#count++}`;
    const done = new Promise<void>((resolve) => this.#waiting.set(job, resolve));
    const message = JSON.stringify({ job, sipId: 'bench', mountPount, volumeSize: MB });
    this.client.publish(`docker/node1/volumes/${action}`, message, { qos: 1 });
    return done;
  }

  async both(mountPoint: string): Promise<void> {
    await this.job('create', mountPoint);
    await this.job('delete', mountPoint);
  }
}

async function timed(work: () => Promise<unknown> | unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function volumes(rig: Rig, requester: Requester): Promise<void> {
  const scratch = join(rig.dir, 'shell');
  mkdirSync(scratch);
  const count = 5;
  const [one, many, shell]: number[][] = [[], [], []];
  for (let round = 0; round < 6; round++) {
    const paths = Array.from({ length: count }, (_, i) => join(rig.root, `v${i}`));
    const typed = await timed(() => must(['bash', '-c', shellSteps, 'sh', scratch, rig.root, `${count}`]));
    const single = await timed(async () => {
      for (const path of paths) await requester.both(path);
    });
    const together = await timed(() => Promise.all(paths.map((path) => requester.both(path))));
    if (round === 0) continue; // to warm up
    shell?.push(typed / count);
    one?.push(single / count);
    many?.push(together / count);
  }
  const peer = median(shell ?? []);
  report('create and delete, one at a time', median(one ?? []), peer, 'ms', { name: 'the steps in a shell', goal: 1.2 });
  report(`create and delete, ${count} at once`, median(many ?? []), peer, 'ms', { name: 'the steps in a shell', goal: 1 });
}

/** Deletes of what is not there are whole jobs, kept and answered, with no volume. */
async function bareJobs(rig: Rig, requester: Requester, pid: number): Promise<void> {
  const before = memoryOf(pid);
  const total = 10_000;
  const took = await timed(async () => {
    for (let sent = 0; sent < total; sent += 500)
      await Promise.all(Array.from({ length: 500 }, (_, i) => requester.job('delete', join(rig.root, `none${i}`))));
  });
  report('jobs without their volumes', (total * 1000) / took, durableWrites(rig.dir), '/s', {
    name: 'flushed files, one after another',
  });
  report('memory after 10,000 jobs', memoryOf(pid), before, 'MB', { name: 'after 60' });
}

/** How many files a second can be written, flushed, renamed and their directory flushed: the floor of a kept job. */
function durableWrites(dir: string): number {
  const start = performance.now();
  const count = 100;
  for (let i = 0; i < count; i++) {
    const fd = openSync(join(dir, 'file.tmp'), 'w');
    writeSync(fd, 'x'.repeat(300));
    fsyncSync(fd);
    closeSync(fd);
    renameSync(join(dir, 'file.tmp'), join(dir, 'file'));
    const directory = openSync(dir, 'r');
    fsyncSync(directory);
    closeSync(directory);
  }
  return (count * 1000) / (performance.now() - start);
}

function memoryOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

async function bench(): Promise<void> {
  await withRig(async (rig) => {
    await rig.startBroker();
    const dvs = await rig.startDvs(rig.config({ limits: { waitingPerSender: 100_000 } }));
    const requester = await Requester.start(rig);
    await volumes(rig, requester);
    await bareJobs(rig, requester, dvs.pid ?? 0);
    await requester.client.endAsync(true);
  });
}

const why = missingForDvs();
if (why !== undefined) process.stdout.write(`dvs: ${why}\n`);
else void bench();
