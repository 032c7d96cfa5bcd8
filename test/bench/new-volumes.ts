import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Peer, sideBySide } from './figure.js';
import type { Lvm } from './lvm.js';
import { type Runtime, run } from './runtime.js';

/** Goal of the executable: that of LVM2's time which the new volumes may take together. */
const goal = 1 / 50;
/** LVM2's configuration by default is not waited for a thousand times. */
const share = 10;

/** `count` new volumes in one transaction, beside as many `lvcreate`; each side takes its own away again, untimed. */
export function newVolumes(
  count: number,
  all: readonly Runtime[],
  vg: string,
  lvms: { lean: Lvm; standard: Lvm },
  dir: string,
): void {
  const names = Array.from({ length: count }, (_, i) => `batch${i}`);
  const file = (edit: (name: string) => string): string => {
    const path = join(dir, `batch-${edit('x').replaceAll(/\W/g, '')}`);
    writeFileSync(path, names.map((name) => `${edit(name)}\n`).join(''));
    return path;
  };
  const create = file((name) => `lv_create ${name} -l 1`);
  const remove = file((name) => `lv_remove ${name}`);
  const batch = (runtime: Runtime, path: string): void =>
    void run(runtime, 'dvm', ['batch', vg, path, '--no-activate', '--no-wipe']);
  const peers: Peer[] = [
    { name: `${count} x lvcreate -an, lean`, goal, run: () => oneByOne(lvms.lean, names) },
    {
      name: `${count} x lvcreate -an, standard (${count / share} taken)`,
      goal,
      run: () => share * oneByOne(lvms.standard, names.slice(0, count / share)),
    },
  ];
  const side = (runtime: Runtime) => (): number => {
    const took = timed(() => batch(runtime, create));
    batch(runtime, remove);
    return took;
  };
  const sides = all.map((runtime) => [`${count} new volumes, dvm batch, ${runtime.name}`, side(runtime)]);
  sideBySide(Object.fromEntries(sides), peers, { count: 5 });
}

function oneByOne(lvm: Lvm, names: readonly string[]): number {
  const took = timed(() => {
    for (const name of names) lvm.run('lvcreate', '-qq', '-an', '-Zn', '-l', '1', '-n', name, 'vg');
  });
  lvm.run('lvremove', '-qq', '-y', ...names.map((name) => `vg/${name}`));
  return took;
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
