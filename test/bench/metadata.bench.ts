import { bytesWritten } from './bytes-written.js';
import { dvmGroup } from './dvm-groups.js';
import { alone, must, type Peer, type Side, sideBySide } from './figure.js';
import type { Lvm } from './lvm.js';
import { lvmGroup, withLoops } from './lvm-groups.js';
import { newVolumes } from './new-volumes.js';
import { configured, pipe, type Runtime, run, runtimes } from './runtime.js';

const kinds = ['lean', 'standard'] as const;
type Peers = Record<(typeof kinds)[number], Lvm>;

/** Ratios aimed at by the executable for one more volume in a group of so many, beside each configuration of LVM2. */
const goals = new Map([
  [10, { lean: 3, standard: 1 }],
  [1000, { lean: 1, standard: 1 }],
  [10_000, { lean: 1 / 3, standard: 1 }],
]);
/** LVM2 comes to no end with so many: beside it there is only a time, in milliseconds. */
const large = { volumes: 100_000, limit: 500 };

let made = 0;

/** One more volume by the wrapper, in one process. Nothing is activated or wiped, here and below. */
function create(runtime: Runtime, vg: string): Side {
  return () => void run(runtime, 'dvm', ['create', `${vg}/n${made++}`, '-l', '1', '--no-activate', '--no-wipe']);
}

/** One more volume by the pipeline of programs. */
function update(runtime: Runtime, vg: string): Side {
  const words = () => ['update', vg, '--no-activate', '--no-wipe', '--', 'lv_create', `n${made++}`, '-l', '1'];
  return () => void pipe(runtime.command('discover', [vg]), runtime.command('tm', words()));
}

function lvcreate(lvm: Lvm): Side {
  return () => void lvm.run('lvcreate', '-qq', '-an', '-Zn', '-l', '1', '-n', `n${made++}`, 'vg');
}

/** The goals are the wrapper's, as the executable. */
function oneMore(volumes: number, all: readonly Runtime[], vg: string, lvms: Peers): void {
  for (const runtime of all) {
    const goal = runtime.name === 'Node' ? undefined : goals.get(volumes);
    const named = (how: string) => `one more volume of ${volumes}, ${how}, ${runtime.name}`;
    const peers = kinds.map((kind): Peer => ({ name: `lvcreate -an, ${kind}`, goal: goal?.[kind], run: lvcreate(lvms[kind]) }));
    sideBySide({ [named('dvm create')]: create(runtime, vg) }, peers, { count: 9, processorTime: true });
    const aimless = peers.map(({ name, run }): Peer => ({ name, run }));
    sideBySide({ [named('discover | tm update')]: update(runtime, vg) }, aimless);
  }
}

/** All fields of all volumes: the wrapper, and the report alone, from a document. */
function reports(volumes: number, all: readonly Runtime[], vg: string, { lean }: Peers): void {
  const lvs = (): undefined => void lean.run('lvs', '--reportformat', 'json', '-o', 'all', 'vg');
  const words = ['--format', 'json', '-o', 'all'];
  for (const runtime of all) {
    const group = run(runtime, 'tm', ['read', vg], run(runtime, 'discover', [vg]));
    sideBySide(
      {
        [`report of ${volumes} volumes, dvm show, ${runtime.name}`]: () => void run(runtime, 'dvm', ['show', vg, ...words]),
        [`report of ${volumes} volumes, report alone, ${runtime.name}`]: () =>
          void run(runtime, 'report', [...words, '--no-kernel'], group),
      },
      [{ name: 'lvs json -o all, lean', run: lvs, goal: runtime.name === 'Node' ? undefined : 1 }],
      { processorTime: true },
    );
  }
}

/** With a group of its own beside one of LVM2 in each configuration, all of as many volumes. */
function withGroups(volumes: number, use: (vg: string, all: Runtime[], ours: string, lvms: Peers, dir: string) => void): void {
  withLoops(3, '2G', ([ours = '', lean = '', standard = ''], dir) => {
    const vg = `bench${volumes}`;
    dvmGroup(vg, ours, dir, volumes);
    const lvms = { lean: lvmGroup(lean, dir, volumes, 'lean'), standard: lvmGroup(standard, dir, volumes, 'standard') };
    use(vg, configured(runtimes(), [ours], dir), ours, lvms, dir);
    must(['wipefs', '-aq', ours]);
  });
}

/** Of a group of so many there is nothing to compare with: LVM2 comes to no end. */
function largeGroup({ volumes, limit }: typeof large): void {
  withLoops(1, '16G', ([ours = ''], dir) => {
    const vg = `bench${volumes}`;
    dvmGroup(vg, ours, dir, volumes);
    const all = configured(runtimes(), [ours], dir);
    for (const runtime of all)
      alone({ [`one more volume of ${volumes}, dvm create, ${runtime.name}`]: create(runtime, vg) }, limit, {
        name: 'half a second',
        goal: runtime.name === 'Node' ? undefined : 1,
      });
    bytesWritten(volumes, { device: ours, create: create(all.at(-1) as Runtime, vg) });
    must(['wipefs', '-aq', ours]);
  });
}

for (const volumes of goals.keys())
  withGroups(volumes, (vg, all, ours, lvms, dir) => {
    oneMore(volumes, all, vg, lvms);
    if (volumes >= 1000) reports(volumes, all, vg, lvms);
    const peer = { device: lvms.lean.devices[0] ?? '', create: lvcreate(lvms.lean) };
    bytesWritten(volumes, { device: ours, create: create(all.at(-1) as Runtime, vg) }, peer);
    if (volumes === 10) newVolumes(1000, all, vg, lvms, dir);
  });
largeGroup(large);
