import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lockGroup } from '#blockdev/locks.js';
import { assert, suite } from '#test/support/check.js';
import { type Ended, runProcess } from '#test/support/process.js';
import { toolPath } from '#test/support/runtime.js';
import { type Bench, errorOf, seqno, update, withGroup } from '#test/support/tm-bench.js';
import { canonical } from '#tool/json.js';

/** Many processes and one group: writers one after the other, readers beside them. */
const test = suite('tm among many');

interface GroupDocument {
  kind: string;
  envelope: { seqno: number; txn: string };
  metadata: { lvs: Record<string, { name: string }> };
}

const WRITERS = 16;
const names = Array.from({ length: WRITERS }, (_, i) => `v${i}`);
const create = (name: string, ...options: string[]) => [
  'update',
  'vg',
  '--no-activate',
  ...options,
  '--',
  'lv_create',
  name,
  '--size',
  '1M',
];
const volumes = ({ metadata }: GroupDocument) =>
  Object.values(metadata.lvs)
    .map((lv) => lv.name)
    .sort();
const groupOf = (r: Ended): GroupDocument => {
  assert.is(r.code, 0, r.stderr);
  return JSON.parse(r.stdout);
};
const readGroup = async (b: Bench, ...words: string[]): Promise<GroupDocument> => groupOf(await b.tm(['read', 'vg', ...words]));

/** What a version is, apart from where its devices are now. */
const essence = ({ envelope, metadata }: GroupDocument): string => canonical({ envelope, metadata });

/** Every version from the first to the last, by sequence number. */
async function committed(b: Bench): Promise<Map<number, string>> {
  const last = await seqno(b);
  const versions = new Map<number, string>();
  for (let n = 1; n <= last; n++) versions.set(n, essence(await readGroup(b, '--txn', String(n))));
  return versions;
}

/** Readers, each started again when it is done, until `stop`; what they read. */
function readers(b: Bench, devices: string): { stop(): Promise<{ groups: GroupDocument[]; counts: number[] }> } {
  let stopped = false;
  const again = async <T>(read: () => Promise<T>): Promise<T[]> => {
    const all: T[] = [];
    do all.push(await read());
    while (!stopped);
    return all;
  };
  const groups = again(async () => groupOf(await b.tm(['read', 'vg'], devices)));
  const counts = again(() => reported(b, devices));
  return {
    stop: async () => {
      stopped = true;
      return { groups: await groups, counts: await counts };
    },
  };
}

/** The number of volumes that a report shows, which is of one version. */
async function reported(b: Bench, devices: string): Promise<number> {
  const group = await b.tm(['read', 'vg'], devices);
  const r = await runProcess(toolPath('report'), ['vg', '--no-kernel', '--show', 'lv', '--format', 'json'], {
    input: group.stdout,
  });
  assert.is(r.code, 0, r.stderr);
  const rows: unknown[] = JSON.parse(r.stdout).lv;
  assert.is(rows.length, volumes(groupOf(group)).length);
  return rows.length;
}

test('sixteen updates that wait all succeed, and whoever reads meanwhile sees one committed version', () =>
  withGroup(2, async (b) => {
    const devices = await b.discover();
    const reading = readers(b, devices);
    const all = await Promise.all(names.map((name) => b.tm(create(name, '--wait', '300'), devices)));
    const { groups, counts } = await reading.stop();
    for (const r of all) assert.is(r.code, 0, r.stderr);
    const seqnos = all.map((r) => (JSON.parse(r.stdout) as { seqno: number }).seqno).sort((x, y) => x - y);
    assert.equal(
      seqnos,
      names.map((_, i) => i + 2),
      'one after the other',
    );
    assert.is(await seqno(b), 1 + WRITERS);
    assert.equal(volumes(await readGroup(b)), [...names].sort());
    const versions = await committed(b);
    for (const group of groups) assert.is(essence(group), versions.get(group.envelope.seqno), 'one version, whole');
    for (const read of [groups.map((g) => g.envelope.seqno), counts])
      assert.equal(
        read,
        read.toSorted((x, y) => x - y),
        'no reader goes back',
      );
    assert.match((await b.tm(['verify', 'vg'])).stdout, /"state":"ok"/);
  }));

test('sixteen that do not wait succeed, or are busy and name the holder; what succeeded is there, and no more', () =>
  withGroup(2, async (b) => {
    const devices = await b.discover();
    const pids = new Map<number, number>();
    const all = await Promise.all(names.map((name, i) => b.tm(create(name), devices, (pid) => pids.set(i, pid))));
    const won = names.filter((_, i) => all[i]?.code === 0);
    assert.ok(won.length > 0);
    for (const [i, r] of all.entries()) {
      if (r.code === 0) continue;
      assert.is(r.code, 75, r.stderr);
      const { code, message, details } = errorOf(r);
      assert.is(code, 'busy');
      const { holder } = details as { holder: { pid: number; program: string } };
      assert.ok([...pids.values()].includes(holder.pid) && holder.pid !== pids.get(i), message);
      assert.match(message, new RegExp(`^group "vg" is locked by .*tm.* \\(pid ${holder.pid}`));
    }
    assert.is(await seqno(b), 1 + won.length);
    assert.equal(volumes(await readGroup(b)), won.toSorted());
  }));

test('a verb of dvm waits as well, from finding the devices on', () =>
  withGroup(2, async (b) => {
    const dvm = (name: string) =>
      runProcess(toolPath('dvm'), ['create', `vg/${name}`, '--size', '1M', '--no-activate', '--wait', '300', '-c', b.config]);
    for (const r of await Promise.all(names.slice(0, 8).map(dvm))) assert.is(r.code, 0, r.stderr);
    assert.equal(volumes(await readGroup(b)), names.slice(0, 8).sort());
  }));

test('a verb whose devices went while it waited looks for them again', () =>
  withGroup(2, async (b) => {
    const [first = '', second = ''] = b.disks;
    const { group, devices } = JSON.parse(await b.discover()) as {
      group: { id: string };
      devices: Record<string, { path: string }>;
    };
    assert.is((await b.tm(['reduce', 'vg', second, '--no-activate'])).code, 0);
    assert.is(Object.keys(devices).length, 2, 'it still has its label');
    const lock = await lockGroup(group.id);
    const trace = join(b.dir, 'trace');
    const words = ['-c', b.config, '--trace', trace, 'create', 'vg/a', '--size', '1M', '--no-activate', '--wait', '300'];
    const verb = runProcess(toolPath('dvm'), words, { limit: 600_000 });
    while (!existsSync(trace) || readdirSync(trace).every((f) => !f.includes('discover'))) await sleep(20);
    writeFileSync(second, Buffer.alloc(32 << 20), { flag: 'r+' }); // as discover rm does, under the same lock
    lock.release();
    const { code, stderr } = await verb;
    assert.is(code, 0, stderr);
    assert.is(readdirSync(trace).filter((f) => f.includes('discover')).length, 2, `discover ran again without ${second}`);
    assert.equal(volumes(await readGroup(b)), ['a'], first);
  }));

test('the lock of a killed holder is free; who waits gets it', () =>
  withGroup(1, async (b) => {
    const devices = await b.discover();
    const started = join(b.dir, 'started');
    const slow = b.script('slow', `cat >/dev/null\n: > ${started}\nexec tail --pid=$PPID -f /dev/null`);
    const holder = spawn(toolPath('tm'), ['-c', b.config, ...update(slow)], { stdio: ['pipe', 'ignore', 'ignore'] });
    holder.stdin.end(devices);
    while (!existsSync(started)) await sleep(20);
    assert.match(errorOf(await b.tm(create('a'), devices)).message, new RegExp(`\\(pid ${holder.pid}\\) since 20`));
    const waiting = b.tm(create('b', '--wait', '300'), devices);
    await sleep(200);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    assert.is((await waiting).code, 0);
    assert.is((await b.tm(create('c'), devices)).code, 0, 'nobody has it now');
    assert.equal(volumes(await readGroup(b)), ['b', 'c']);
  }));

test('a reader that stands still in the middle keeps no writer waiting, and still reads one version', () =>
  withGroup(2, async (b) => {
    const devices = await b.discover();
    for (const [i, delay] of [40, 60, 80, 100, 120, 140, 160, 200].entries()) {
      const reader = spawn(toolPath('tm'), ['-c', b.config, 'read', 'vg'], { stdio: ['pipe', 'pipe', 'inherit'] });
      const text: Buffer[] = [];
      reader.stdout.on('data', (chunk: Buffer) => text.push(chunk));
      const closed = once(reader, 'close');
      reader.stdin.end(devices);
      await sleep(delay);
      reader.kill('SIGSTOP');
      for (const name of [`a${i}`, `b${i}`]) assert.is((await b.tm(create(name), devices)).code, 0, 'the lock is free');
      reader.kill('SIGCONT');
      const [code] = await closed;
      const group = groupOf({ code, stdout: Buffer.concat(text).toString(), stderr: '', signal: null });
      assert.is(essence(group), essence(await readGroup(b, '--txn', String(group.envelope.seqno))), `stopped after ${delay} ms`);
    }
  }));

test.run();
