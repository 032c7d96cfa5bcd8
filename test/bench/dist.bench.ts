import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { dvmGroup, tool } from './dvm-groups.js';
import { must, sideBySide } from './figure.js';
import { lvmGroup, withLoops } from './lvm-groups.js';

/** The one executable (make dist) beside Node, our bundles on Node, and LVM2. */
const bin = resolve('build/dist/bin');

function executable(name: string, args: string[], input?: string): string {
  return must(join(bin, name), args, input);
}

function starts(): void {
  for (const name of readdirSync(bin))
    sideBySide({
      name: `start ${name} (executable)`,
      peerName: 'node -e 0',
      rounds: 9,
      ours: () => void executable(name, ['--version']),
      peer: () => void must(process.execPath, ['-e', '0']),
    });
}

/** What each configuration of LVM2 is aimed to be beaten by, as ratios. */
const goals = new Map([
  [10, { lean: 3, standard: 1 }],
  [1000, { lean: 1, standard: 1 }],
  [10_000, { lean: 1 / 3, standard: 1 }],
]);

/** One more volume in a group of `volumes`, by one process, by the pipeline, and beside the same on Node. */
function oneMore(volumes: number): void {
  withLoops(2, '2G', ([ours, theirs], dir) => {
    if (!ours || !theirs) throw new Error('two loop devices are needed');
    const vg = `dist${volumes}`;
    dvmGroup(vg, ours, dir, volumes);
    let n = 0;
    const create = (run: (name: string, args: string[]) => string): undefined => {
      run('dvm', ['create', `${vg}/x${n++}`, '-l', '1', '--no-activate']);
    };
    const name = `one more volume of ${volumes}, dvm create (executable)`;
    for (const kind of ['lean', 'standard'] as const) {
      const { run } = lvmGroup(theirs, dir, volumes, kind);
      const peer = (): undefined => {
        run('lvcreate', '-qq', '-an', '-Zn', '-l', '1', '-n', `x${n++}`, 'vg');
      };
      const peerName = `lvcreate -an, ${kind}`;
      const goal = goals.get(volumes)?.[kind] ?? 1;
      sideBySide({ name, peerName, goal, ours: () => create(executable), peer });
      sideBySide({
        name: `one more volume of ${volumes}, discover | tm update (executable)`,
        peerName,
        ours: () => update(vg, `y${n++}`),
        peer,
      });
    }
    sideBySide({ name, peerName: 'dvm create by Node', ours: () => create(executable), peer: () => create(tool) });
    must('wipefs', ['-aq', ours]);
  });
}

function update(vg: string, volume: string): undefined {
  const words = ['update', vg, '--no-activate', '--', 'lv_create', volume, '-l', '1'];
  executable('tm', words, executable('discover', [vg]));
}

function reports(volumes: number): void {
  withLoops(2, '2G', ([ours, theirs], dir) => {
    if (!ours || !theirs) throw new Error('two loop devices are needed');
    const vg = `shown${volumes}`;
    dvmGroup(vg, ours, dir, volumes);
    const { run } = lvmGroup(theirs, dir, volumes, 'lean');
    sideBySide({
      name: `report of ${volumes} volumes, dvm show (executable)`,
      peerName: 'lvs json -o all, lean',
      goal: 1,
      ours: () => void executable('dvm', ['show', vg, '--format', 'json', '-o', 'all']),
      peer: () => void run('lvs', '--reportformat', 'json', '-o', 'all', 'vg'),
    });
    must('wipefs', ['-aq', ours]);
  });
}

if (existsSync(bin)) {
  starts();
  for (const volumes of goals.keys()) oneMore(volumes);
  for (const volumes of [1000, 10_000]) reports(volumes);
} else throw new Error(`no executable in ${bin}: make dist builds it`);
