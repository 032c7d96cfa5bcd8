import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { runInSandbox } from '#test/sandbox/sandbox.js';
import { median, must, type Peer, report, type Side, sideBySide } from './figure.js';
import { lvm } from './lvm.js';
import { node, type Runtime, run, runtimes } from './runtime.js';

/**
 * In the guest, beside LVM2 without its file locks and archives: 200 thin volumes up and down; a snapshot of a mounted
 * thin volume, the whole command, and how long the origin was suspended meanwhile. That is watched in sysfs by this
 * process, on the same processor, which makes it longer for both.
 */
const volumes = 200;
const [ourDisk, theirDisk] = ['/dev/ubda', '/dev/ubdb'] as const;
const goals = { activate: 1, snapshot: 1, suspended: 0.5 };
const rounds = 5;

type Words = [string, ...string[]];

function prepareOurs(): void {
  run(node, 'dvm', ['create', 'ours', ourDisk, '--extent-size', '1M']);
  const thin = (i: number): string => `lv_thin t${i} --pool pool --virtual-size 16M`;
  const edits = ['lv_thin_pool pool --size 512M', ...Array.from({ length: volumes }, (_, i) => thin(i))];
  writeFileSync('/tmp/edits', `${edits.join('\n')}\n`);
  run(node, 'dvm', ['batch', 'ours', '/tmp/edits']);
}

/** One volume by LVM2 itself; the others by its text and by messages, as it would take minutes. */
function prepareTheirs(environment: Record<string, string>): void {
  const lvm2 = (...words: string[]) => must(['lvm', ...words], undefined, environment);
  lvm2('pvcreate', '-qq', theirDisk);
  lvm2('vgcreate', '-qq', '-s', '1m', 'vg', theirDisk);
  lvm2('lvcreate', '-qq', '-y', '-T', '-L', '512m', '-n', 'pool', 'vg');
  lvm2('lvcreate', '-qq', '-y', '-Wn', '-T', '-V', '16m', '-n', 't0', 'vg/pool');
  for (let i = 1; i < volumes; i++)
    must(['dmsetup', 'message', 'vg-pool-tpool', '0', `create_thin ${i + 1}`], undefined, environment);
  lvm2('vgchange', '-qq', '-an', 'vg');
  lvm2('vgcfgbackup', '-qq', '-f', '/tmp/vg.txt', 'vg');
  writeFileSync('/tmp/vg.txt', withMoreVolumes(readFileSync('/tmp/vg.txt', 'utf8')));
  lvm2('vgcfgrestore', '-qq', '--force', '-f', '/tmp/vg.txt', 'vg');
}

/** The text of the group with its volume t0 repeated under other names, ids and numbers. */
function withMoreVolumes(text: string): string {
  const block = /^\t\tt0 \{\n[\s\S]*?^\t\t\}\n/m.exec(text)?.[0] ?? '';
  const copy = (i: number): string =>
    block
      .replace('t0 {', `t${i} {`)
      .replace(/id = "[^"]*(.{4})"/, () => `id = "aaaaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aa${String(i).padStart(4, '0')}"`)
      .replace('device_id = 1', `device_id = ${i + 1}`);
  return text.replace(block, block + Array.from({ length: volumes - 1 }, (_, i) => copy(i + 1)).join(''));
}

function activation(environment: Record<string, string>): void {
  const vgchange = (how: string) => () => void must(['lvm', 'vgchange', '-qq', how, 'vg'], undefined, environment);
  const verb = (runtime: Runtime, name: string) => () => void run(runtime, 'dvm', [name, 'ours']);
  const after =
    (work: () => void, rest: () => void): Side =>
    () => {
      const start = performance.now();
      work();
      const took = performance.now() - start;
      rest();
      return took;
    };
  vgchange('-an')();
  verb(node, 'deactivate')();
  const peer: Peer = { name: 'vgchange, lean', run: after(vgchange('-ay'), vgchange('-an')), goal: goals.activate };
  const ours = runtimes().map((r): [string, Side] => [
    `activate ${volumes} thin volumes, ${r.name}`,
    after(verb(r, 'activate'), verb(r, 'deactivate')),
  ]);
  sideBySide(Object.fromEntries(ours), [peer], { count: rounds });
}

/** Runs a command; how long it took, and how long the device was suspended, in milliseconds. */
async function watched([file, ...args]: Words, environment: Record<string, string>, suspended: string) {
  const start = performance.now();
  const child = spawn(file, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'ignore', 'inherit'] });
  let [ended, held, last] = [false, 0, start];
  child.on('exit', (code) => {
    ended = true;
    if (code !== 0) throw new Error(`${file} ${args.join(' ')}: exit ${code}`);
  });
  while (!ended) {
    const is = readFileSync(suspended, 'latin1').startsWith('1');
    const now = performance.now();
    if (is) held += now - last;
    last = now;
    await new Promise((done) => setImmediate(done));
  }
  return { whole: performance.now() - start, held };
}

function suspendedFile(name: string): string {
  const device = must(['dmsetup', 'info', '-c', '--noheadings', '-o', 'blkdevname', name]).trim();
  return `/sys/block/${device}/dm/suspended`;
}

async function snapshots(environment: Record<string, string>): Promise<void> {
  run(node, 'dvm', ['activate', 'ours/t0']);
  must(['lvm', 'lvchange', '-qq', '-ay', 'vg/t0'], undefined, environment);
  for (const name of ['ours-t0', 'vg-t0']) {
    must(['mkfs.ext4', '-q', `/dev/mapper/${name}`]);
    must(['mkdir', '-p', `/mnt/${name}`]);
    must(['mount', `/dev/mapper/${name}`, `/mnt/${name}`]);
  }
  const sides: [string, string, (i: number) => Words][] = [
    ...runtimes().map((r): [string, string, (i: number) => Words] => [r.name, 'ours-t0', (i) => r.command('dvm', ['snapshot', 'ours/t0', `${r.name}${i}`])]),
    ['lvcreate -s, lean', 'vg-t0', (i) => ['lvm', 'lvcreate', '-qq', '-y', '-s', '-kn', '-n', `s${i}`, 'vg/t0']],
  ]; // biome-ignore format: one line each
  const times = sides.map(() => ({ whole: [] as number[], held: [] as number[] }));
  for (let i = 0; i <= rounds; i++)
    for (const [s, [, device, command]] of sides.entries()) {
      must(['dd', 'if=/dev/urandom', `of=/mnt/${device}/file`, 'bs=64k', 'count=8']);
      const { whole, held } = await watched(command(i), environment, suspendedFile(device));
      if (i === 0) continue;
      times[s]?.whole.push(whole);
      times[s]?.held.push(held);
    }
  const theirs = times.at(-1) ?? { whole: [], held: [] };
  for (const [s, [name]] of sides.slice(0, -1).entries())
    for (const what of ['whole', 'held'] as const) {
      const goal = what === 'whole' ? goals.snapshot : goals.suspended;
      const title = what === 'whole' ? 'snapshot of a mounted thin volume' : 'origin suspended for its snapshot';
      report(`${title}, ${name}`, median(times[s]?.[what] ?? []), median(theirs[what]), 'ms', {
        name: 'lvcreate -s, lean',
        goal,
      });
    }
}

async function inGuest(): Promise<void> {
  const { environment } = lvm([theirDisk], '/tmp', 'lean');
  prepareOurs();
  prepareTheirs(environment);
  activation(environment);
  await snapshots(environment);
}

if (process.env.DVM_GUEST) void inGuest();
else
  void runInSandbox({
    command: [process.execPath, __filename],
    cwd: resolve('.'),
    disks: ['1G', '1G'],
    memory: '1G',
    timeLimit: 900,
    env: { DVM_GUEST: '1' },
    onOutput: (stream, chunk) => process[stream].write(chunk),
  }).then((r) => {
    process.exitCode = r.code ?? 1;
  });
