import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { median, must, report } from './figure.js';
import { inGuest } from './in-guest.js';
import { lvm } from './lvm.js';
import { node, run, runtimes } from './runtime.js';

/**
 * A thin snapshot of a mounted volume, beside LVM2, in a guest: the whole command; and how long a program that writes to
 * the volume all the time had to wait for a write meanwhile, which is as long as the volume was suspended.
 */
const [ourDisk, theirDisk] = ['/dev/ubda', '/dev/ubdb'] as const;
const goals = { whole: 1, suspended: 0.5 };
const rounds = 5;
const writer = '/tmp/longest-write';

type Words = [string, ...string[]];

interface Side {
  name: string;
  /** Where its volume is mounted. */
  mount: string;
  /** What makes the n-th snapshot of it. */
  command(n: number): Words;
  whole: number[];
  suspended: number[];
}

function prepare(environment: Record<string, string>): void {
  run(node, 'dvm', ['create', 'ours', ourDisk, '--extent-size', '1M']);
  run(node, 'dvm', ['thin-pool', 'ours/pool', '--size', '512M']);
  run(node, 'dvm', ['thin', 'ours/t0', '--pool', 'pool', '--virtual-size', '64M']);
  const lvm2 = (...words: string[]) => must(['lvm', ...words], undefined, environment);
  lvm2('pvcreate', '-qq', theirDisk);
  lvm2('vgcreate', '-qq', '-s', '1m', 'vg', theirDisk);
  lvm2('lvcreate', '-qq', '-y', '-T', '-L', '512m', '-n', 'pool', 'vg');
  lvm2('lvcreate', '-qq', '-y', '-Wn', '-T', '-V', '64m', '-n', 't0', 'vg/pool');
  for (const name of ['ours-t0', 'vg-t0']) {
    must(['mkfs.ext4', '-q', `/dev/mapper/${name}`]);
    must(['mkdir', '-p', `/mnt/${name}`]);
    must(['mount', `/dev/mapper/${name}`, `/mnt/${name}`]);
  }
}

function sides(): Side[] {
  const taken = () => ({ whole: [], suspended: [] });
  const ours = runtimes().map((r): Side => {
    return {
      name: r.name,
      mount: '/mnt/ours-t0',
      command: (n) => r.command('dvm', ['snapshot', 'ours/t0', `s${n}`]),
      ...taken(),
    };
  });
  const words = (n: number): Words => ['lvm', 'lvcreate', '-qq', '-y', '-s', '-kn', '-n', `s${n}`, 'vg/t0'];
  return [...ours, { name: 'lvcreate -s, lean', mount: '/mnt/vg-t0', command: words, ...taken() }];
}

/** The longest wait of a program that writes while `work` runs. */
async function longestWrite(mount: string, work: () => void): Promise<number> {
  const child = spawn(writer, [`${mount}/written`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const output: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => output.push(text));
  await once(child.stdout, 'data');
  work();
  child.kill('SIGTERM');
  await once(child, 'close');
  return Number(output.join('').split('\n')[1]);
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

async function measure(): Promise<void> {
  const { environment } = lvm([theirDisk], '/tmp', 'lean');
  must(['gcc', '-O2', '-o', writer, resolve('test/bench/longest-write.c')]);
  prepare(environment);
  const all = sides();
  let n = 0;
  const snapshot = (side: Side) => () => void must(side.command(n++), undefined, environment);
  for (let round = 0; round <= rounds; round++)
    for (const side of round % 2 === 0 ? all : all.toReversed()) {
      const whole = timed(snapshot(side));
      const suspended = await longestWrite(side.mount, snapshot(side));
      if (round === 0) continue;
      side.whole.push(whole);
      side.suspended.push(suspended);
    }
  const peer = all.at(-1);
  for (const side of all.slice(0, -1)) if (peer) tell(side, peer);
}

function tell({ name, whole, suspended }: Side, peer: Side): void {
  const by = (goal: number) => ({ name: peer.name, goal: name === 'executable' ? goal : undefined });
  report(`snapshot of a mounted thin volume, ${name}`, median(whole), median(peer.whole), 'ms', by(goals.whole));
  const title = `longest wait of a writer during it, ${name}`;
  report(title, median(suspended), median(peer.suspended), 'ms', by(goals.suspended));
}

void inGuest(__filename, measure, []);
