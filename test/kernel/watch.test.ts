import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { type Document, dvm, pipe, sh, unsettled } from '#test/support/guest.js';
import { digest, fill, synced } from '#test/support/raid.js';
import { toolCommand } from '#test/support/runtime.js';

const MIB = 2048;
const size = 64 * MIB;
const disk = (i: number): string => `/dev/loop${i}`;
const leg = '/dev/mapper/leg';

/** A dvm watch, and what it tells. */
class Watch {
  readonly #child: ChildProcess;
  readonly #told: Document[] = [];
  readonly #lines: AsyncIterator<string>;

  constructor(config: object) {
    writeFileSync('/tmp/watch.json', JSON.stringify({ kind: 'config', version: 1, watch: config }), { mode: 0o600 });
    const [program, ...args] = toolCommand('dvm');
    const child = spawn(program, [...args, 'watch', '-c', '/tmp/watch.json'], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** Reads what is told until this is. */
  async until(event: string): Promise<Document> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`it ended before "${event}": ${JSON.stringify(this.#told)}`);
      const document = JSON.parse(value) as Document;
      this.#told.push(document);
      if (document.event === event) return document;
    }
  }

  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    await this.until('stopped');
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
    return this.#child.exitCode;
  }
}

/** What lies between the labels at both ends fails from now on. */
function failLeg(): void {
  setLeg([keep(0, 5 * MIB), `${5 * MIB} ${size - 6 * MIB} error`, keep(size - MIB, MIB)]);
}

const keep = (start: number, length: number): string => `${start} ${length} linear ${disk(0)} ${start}`;

function setLeg(rows: string[]): void {
  sh`bash -c ${`printf '%s\\n' '${rows.join("' '")}' | dmsetup load leg`}`;
  sh`dmsetup suspend --noflush leg`;
  sh`dmsetup resume leg`;
}

const poolUse = (): string => / \d+\/\d+ (\d+\/\d+) - (\S+)/.exec(sh`dmsetup status vg-pool-tpool`)?.slice(1).join(' ') ?? '';

/** dvm watch on a real kernel. Its interval is an hour: what wakes it is the kernel. */
guestTests({}, () => {
  const test = suite('watch');
  const config = { interval: 3600, thinPool: { threshold: 70, percent: 50 }, snapshot: { threshold: 50, percent: 100 } };
  let watch: Watch;

  test('a failed device is replaced by a spare one', async () => {
    for (let i = 0; i < 4; i++) {
      sh`truncate -s ${size * 512} /tmp/disk${i}`;
      sh`losetup ${disk(i)} /tmp/disk${i}`;
    }
    sh`dmsetup create leg --table ${`0 ${size} linear ${disk(0)} 0`}`;
    await dvm`create vg ${[leg, disk(1), disk(2), disk(3)]} --extent-size 1M`;
    await dvm`create vg/safe --type raid1 --mirrors 1 --size 8M ${[leg, disk(1)]}`;
    fill('/dev/dvm/vg/safe', 8, 1);
    synced('vg-safe');
    const sum = digest('/dev/dvm/vg/safe', 8);
    watch = new Watch(config);
    await watch.until('started');
    failLeg();
    sh`bash -c ${'dd if=/dev/dvm/vg/safe bs=1M count=1 iflag=direct | dd of=/dev/dvm/vg/safe bs=1M oflag=direct conv=notrunc'}`;
    assert.equal((await watch.until('woken')).devices.includes('vg-safe'), true);
    for (let done = await watch.until('done'); done.do !== 'replace'; ) done = await watch.until('done');
    assert.is(synced('vg-safe').health, 'AA');
    assert.not.match(sh`dmsetup deps -o devname vg-safe_rimage_0`, /leg/);
    assert.is(digest('/dev/dvm/vg/safe', 8), sum);
    assert.equal(unsettled(), []);
  });

  test('SIGTERM ends it', async () => {
    assert.is(await watch.stop(), 0);
    assert.is(sh`bash -c ${'pgrep -fc "dmexec.*--[e]vents" || true'}`.trim(), '0');
  });

  test('a pool that is being filled is extended, and no write fails', async () => {
    await dvm`thin-pool vg/pool --size 8M ${[disk(1), disk(2)]}`;
    await dvm`thin vg/data --pool pool --virtual-size 32M`;
    watch = new Watch(config);
    await watch.until('started');
    assert.is((await watch.until('done')).do, 'low-water');
    for (let mib = 0; mib < 14; mib++) {
      sh`dd if=/dev/urandom of=/dev/dvm/vg/data bs=1M seek=${mib} count=1 oflag=direct conv=notrunc`;
      const [used = 0, total = 0] = poolUse().split(/[/ ]/).map(Number);
      if (used >= 0.7 * total) assert.is((await watch.until('done')).do, 'extend');
    }
    assert.match(poolUse(), /^224\/\d+ rw$/);
  });

  test('a thick snapshot is extended before it overflows', async () => {
    await watch.stop();
    watch = new Watch({ ...config, interval: 1 }); // of thick snapshots the kernel tells nothing before they are lost
    await watch.until('started');
    await dvm`create vg/home --size 8M ${disk(3)}`;
    await dvm`snapshot vg/home backup --size 4M ${disk(3)}`;
    sh`dd if=/dev/urandom of=/dev/dvm/vg/home bs=1M count=3 oflag=direct conv=notrunc`;
    const { do: what, add } = await watch.until('done');
    assert.equal([what, add], ['extend-snapshot', 4 * MIB]);
    assert.match(sh`dmsetup status vg-backup`, / snapshot \d+\/16384 \d+$/m);
  });

  test('a merge is finished in the metadata too', async () => {
    await dvm`merge vg/backup`;
    await dvm`deactivate vg/home`;
    await dvm`activate vg/home`;
    assert.is((await watch.until('done')).do, 'finish');
    const { document } = await pipe`discover vg | tm read vg`;
    const names = Object.values(document.metadata.lvs as Record<string, { name: string }>).map((lv) => lv.name);
    assert.not.ok(names.includes('backup'));
    assert.is(await watch.stop(), 0);
  });

  test.run();
});
