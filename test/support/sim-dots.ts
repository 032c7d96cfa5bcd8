import { lookAt } from '#dots/open-store.js';
import type { Selection, Store } from '#dots/store.js';
import type { Host, Mounted } from '#dots/volumes/host.js';
import { activate } from '#tm/activate.js';
import { read } from '#tm/read.js';
import { update } from '#tm/update.js';
import type { DvmError } from '#tool/errors.js';
import { type Run, tm } from './tm-crash.js';
import type { TmWorld } from './tm-world.js';

/** Dots of a simulated group: metadata, transactions and kernel are the real ones, what is on the volumes is nothing. */

/** A machine whose file systems are empty and that mounts whatever it is told. */
export function simHost(world: TmWorld, mounts: Mounted[] = []): Host {
  const active = () => new Set(world.kernel.list().map((d) => d.name));
  return {
    mounts: '/run/dots',
    path: (_, volume) => `vg-${volume.replaceAll('-', '--')}`,
    deviceAt: (path) => (active().has(path) ? path : undefined),
    mounted: () => mounts,
    format: async () => {},
    mount: async ({ device, at }) => void mounts.push({ dev: device, target: at, root: '/' }),
    bind: async (from, to) => {
      const over = mounts.find((m) => from.startsWith(m.target));
      mounts.push({ dev: over?.dev ?? '', target: to, root: from.slice(over?.target.length) });
    },
    unmount: async (target) => void mounts.splice(mounts.findIndex((m) => m.target === target) >>> 0, 1),
    directory: (path) => path,
    removeDirectory: () => {},
    exists: () => true,
    holders: () => [],
    sync: async () => {},
    open: () => Promise.reject(new Error('there is nothing on simulated volumes')),
    delta: async () => [],
    mappings: async () => [],
  };
}

/** A store over a simulated machine. */
export function simStore(world: TmWorld, host: Host = simHost(world)): Store {
  let time = 1_700_000_000_000_000_000n;
  const words = ({ activate: up = [], deactivate: down = [] }: Selection = {}): string[] => [
    ...up.flatMap((v) => ['--activate', v]),
    ...down.flatMap((v) => ['--deactivate', v]),
  ];
  return {
    group: 'vg',
    pool: undefined,
    host,
    read: async () => lookAt(await tm((ctx) => read(ctx, false))(world)),
    change: async (edits, selection) => {
      const stages = edits.map((e) => [...e]);
      await tm((ctx) => update(ctx, { stages, dryRun: false, selection: words(selection) }))(world);
    },
    activate: async (selection) => void (await tm((ctx) => activate(ctx, words(selection), false, false))(world)),
    locked: (work) => work(),
    filling: (_, work) => work(),
    isFree: async () => true,
    newId: () => world.newId(),
    now: () => (time += 1_000_000_000n),
  };
}

/** A run of verbs, each on a store of the machine as it is then. */
export const dots =
  (...work: ((store: Store) => Promise<unknown>)[]): Run =>
  async (world) => {
    for (const step of work) await step(simStore(world));
  };

/** A failure that is expected to be one of these. */
export const isOneOf =
  (...codes: string[]) =>
  (e: unknown): boolean =>
    codes.includes((e as DvmError).code);
