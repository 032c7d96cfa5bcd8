import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { dvmGroup } from './dvm-groups.js';
import { median, must, type Peer, report, type Side, sideBySide } from './figure.js';
import type { Lvm } from './lvm.js';
import { lvmGroup, withLoops } from './lvm-groups.js';
import { node, pipe, type Runtime, run, runtimes } from './runtime.js';

type Kind = 'lean' | 'standard';
const kinds = ['lean', 'standard'] as const;

/** Ratios aimed at by the executable for one more volume in a group of so many, beside each configuration of LVM2. */
const goals = new Map<number, Record<Kind, number>>([
  [10, { lean: 3, standard: 1 }],
  [1000, { lean: 1, standard: 1 }],
  [10_000, { lean: 1 / 3, standard: 1 }],
]);

let made = 0;

/** One more volume in a group of `volumes`: the wrapper (one process), and the pipeline of programs. */
function oneMore(volumes: number, vg: string, peers: Record<Kind, Lvm>): void {
  const what = `one more volume of ${volumes}`;
  const peer = (kind: Kind, goal: number | undefined): Peer => ({
    name: `lvcreate -an, ${kind}`,
    goal,
    run: () => void peers[kind].run('lvcreate', '-qq', '-an', '-Zn', '-l', '1', '-n', `n${made++}`, 'vg'),
  });
  for (const runtime of runtimes()) {
    const goal = (kind: Kind) => (runtime === node ? undefined : goals.get(volumes)?.[kind]);
    const sides: Record<string, Side> = {
      [`${what}, dvm create, ${runtime.name}`]: () => create(runtime, vg),
      [`${what}, discover | tm update, ${runtime.name}`]: () => update(runtime, vg),
    };
    sideBySide(
      sides,
      kinds.map((kind) => peer(kind, goal(kind))),
    );
  }
}

function create(runtime: Runtime, vg: string): undefined {
  run(runtime, 'dvm', ['create', `${vg}/n${made++}`, '-l', '1', '--no-activate']);
}

function update(runtime: Runtime, vg: string): undefined {
  const words = ['update', vg, '--no-activate', '--', 'lv_create', `n${made++}`, '-l', '1'];
  pipe(runtime.command('discover', [vg]), runtime.command('tm', words));
}

function reports(volumes: number, vg: string, peers: Record<Kind, Lvm>): void {
  const peer: Peer = {
    name: 'lvs json -o all, lean',
    run: () => void peers.lean.run('lvs', '--reportformat', 'json', '-o', 'all', 'vg'),
  };
  const group = run(node, 'tm', ['read', vg], run(node, 'discover', [vg]));
  const words = ['--format', 'json', '-o', 'all'];
  for (const runtime of runtimes())
    sideBySide(
      {
        [`report of ${volumes} volumes, dvm show, ${runtime.name}`]: () => void run(runtime, 'dvm', ['show', vg, ...words]),
        [`report of ${volumes} volumes, report alone, ${runtime.name}`]: () =>
          void run(runtime, 'report', [...words, '--no-kernel'], group),
      },
      [{ ...peer, goal: runtime === node ? undefined : 1 }],
    );
}

/** What one more volume writes to the device, as the kernel counts it. */
function bytesWritten(volumes: number, vg: string, [ours, theirs]: [string, string], peer: Lvm): void {
  const counted = (device: string, work: () => unknown): number => {
    const before = sectorsWritten(device);
    work();
    return (sectorsWritten(device) - before) * 512;
  };
  const rounds = [1, 2, 3, 4, 5];
  const a = rounds.map(() => counted(ours, () => create(node, vg)));
  const b = rounds.map(() =>
    counted(theirs, () => peer.run('lvcreate', '-qq', '-an', '-Zn', '-l', '1', '-n', `n${made++}`, 'vg')),
  );
  const by = { name: 'lvcreate -an, lean', goal: (bytes: number) => 65_536 / bytes };
  report(`bytes written for one more volume of ${volumes}`, median(a), median(b), 'bytes', by);
}

/** Field 7 of /sys/block/DEVICE/stat. */
function sectorsWritten(device: string): number {
  const fields = readFileSync(`/sys/block/${basename(device)}/stat`, 'utf8')
    .trim()
    .split(/\s+/);
  return Number(fields[6]);
}

for (const volumes of goals.keys())
  withLoops(3, '2G', ([ours = '', lean = '', standard = ''], dir) => {
    const vg = `bench${volumes}`;
    dvmGroup(vg, ours, dir, volumes);
    const peers = { lean: lvmGroup(lean, dir, volumes, 'lean'), standard: lvmGroup(standard, dir, volumes, 'standard') };
    oneMore(volumes, vg, peers);
    if (volumes >= 1000) reports(volumes, vg, peers);
    bytesWritten(volumes, vg, [ours, lean], peers.lean);
    must(['wipefs', '-aq', ours]);
  });
