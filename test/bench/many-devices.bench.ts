import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { must, type Peer, sideBySide } from './figure.js';
import { lvm } from './lvm.js';
import { withLoops } from './lvm-groups.js';
import { configured, program, run, runtimes } from './runtime.js';

/** Ratios to LVM2's fastest configuration that the executable aims at, with metadata on all of so many devices. */
const groups = new Map([
  [100, 1 / 2],
  [512, 1 / 4],
]);
/** Devices that 1 MiB is stored on, and the ratio aimed at beside the bare writes and flushes. */
const regions = { count: 1024, goal: 1.2 };
/** Threads of the bare program, each with a device at a time: more of them are no faster. */
const threads = 64;

let made = 0;

/** One more volume in a group of so many PVs. */
function oneMore(pvs: number, goal: number): void {
  withLoops(2 * pvs, '16M', (devices, dir) => {
    const ours = devices.slice(0, pvs);
    const theirs = devices.slice(pvs);
    const vg = `bench-pvs${pvs}`;
    const all = configured(runtimes(), ours, dir);
    const kinds = { lean: lvm(theirs, dir, 'lean'), standard: lvm(theirs, dir, 'standard') };
    kinds.lean.run('vgcreate', '-qq', '-s', '64k', 'vg', ...theirs);
    for (const runtime of all.slice(0, 1)) run(runtime, 'dvm', ['create', vg, ...ours, '--extent-size', '64K', '--no-activate']);
    const peers = Object.entries(kinds).map(([kind, peer]): Peer => {
      const create = (): void => void peer.run('lvcreate', '-qq', '-an', '-Zn', '-l', '1', '-n', `n${made++}`, 'vg');
      return { name: `lvcreate -an, ${kind}`, goal: kind === 'lean' ? goal : 1, run: () => void create() };
    });
    for (const runtime of all) {
      const create = () => run(runtime, 'dvm', ['create', `${vg}/n${made++}`, '-l', '1', '--no-activate', '--no-wipe']);
      const aims = peers.map((p) => (runtime.name === 'Node' ? { ...p, goal: undefined } : p));
      const side = { [`one more volume, ${pvs} PVs, dvm create, ${runtime.name}`]: () => void create() };
      sideBySide(side, aims, { count: 5, processorTime: true });
    }
    for (const d of ours) must(['wipefs', '-aq', d]);
  });
}

/** Prepare and commit beside the same bytes and flushes, replayed by a bare program on the same devices. */
function storing({ count, goal }: typeof regions): void {
  withLoops(count, '16M', (devices, dir) => {
    const [script, bare] = [join(dir, 'script'), join(dir, 'bare-writes')];
    must(['gcc', '-O2', '-pthread', '-o', bare, resolve('test/bench/bare-writes.c')]);
    const paths = `${devices.join('\n')}\n`;
    for (const runtime of runtimes()) {
      const ours = (): number => Number(program(runtime, 'replicate.cli', [script], paths));
      writeFileSync(script, '');
      const peer: Peer = {
        name: `bare writes and flushes, ${threads} threads`,
        goal: runtime.name === 'Node' ? undefined : goal,
        run: () => Number(must([bare, script, String(threads)], paths)),
      };
      const name = `prepare and commit of 1 MiB, ${count} regions, ${runtime.name}`;
      sideBySide({ [name]: ours }, [peer], { count: 5 });
      rmSync(script);
    }
  });
}

for (const [pvs, goal] of groups) oneMore(pvs, goal);
storing(regions);
