import { join } from 'node:path';
import { fail } from '#tool/errors.js';
import type { Dot, DotFacts, FileSystemType, Work } from '../state/dot.js';
import { master } from '../state/dots-of.js';
import { dotNamed, findDot } from '../state/find.js';
import { type DotName, defaultSubdot, dotWord, withoutBranch } from '../state/words.js';
import { changing, type Look, type Pool, type Store } from '../store.js';
import { annotate, branchAnnotation, newEmpty, removal, writableVolume } from '../volumes/edits.js';
import { bringUp, mountsOf, unmountAll } from '../volumes/mounts.js';
import { rfc3339 } from '../volumes/time.js';

export interface InitOptions {
  dot: DotName;
  /** Bytes. */
  size: number;
  fs: FileSystemType;
}

/**
 * Makes a dot: a thin volume with a file system, in which `__default__` is, and nothing committed. Until the file system is
 * whole the volume is `work`: whoever was interrupted begins anew.
 *
 * @throws DvmError `dot-exists` (exit 81), `no-pool`, `many-pools` (exit 80, 64), and those of mkfs
 */
export async function init(store: Store, { dot: named, size, fs }: InitOptions): Promise<Dot> {
  return changing(store, async (look) => {
    refuseTaken(look, named);
    const pool = poolFor(store, look);
    const time = rfc3339(store.now());
    const facts: DotFacts = { namespace: named.namespace, name: named.name, created: time, size, fs };
    const dot = { ...facts, id: store.newId() };
    const branch = { id: store.newId(), name: master, dot: dot.id, current: true };
    const volume = { id: store.newId(), time };
    const begun = begunBefore(look, named);
    // who was interrupted may have had it mounted
    for (const w of begun) await unmountAll(store, `volume "${w.volume.name}"`, mountsOf(store, w.branch, w.volume));
    const work = { role: 'work', branch: branch.id, name: master, dot: dot.id, of: facts } as const;
    await store.change([...begun.map((w) => removal(w.volume)), newEmpty(pool.name, size, volume, work)]);
    const own = { id: volume.id, name: writableVolume(volume.id) };
    await makeFileSystem(store, fs, branch.id, own);
    await store.change([annotate(own, branchAnnotation(dot, branch))]);
    return findDot((await store.read()).state, named);
  });
}

export function refuseTaken({ state }: Look, named: DotName): void {
  if (dotNamed(state, named)) throw fail('exists', 'dot-exists', `dot "${dotWord(withoutBranch(named))}" already exists`);
}

/** What an earlier init of the same dot left: it has no target, as a pull's has. */
function begunBefore({ state }: Look, { namespace, name }: DotName): Work[] {
  return state.works.filter((w) => w.target === undefined && w.of?.namespace === namespace && w.of.name === name);
}

/** @throws DvmError `no-pool` (exit 80), `many-pools` (exit 64) */
export function poolFor(store: Store, { pools, group }: Look): Pool {
  const { pool: wanted } = store;
  const [found, other] = wanted === undefined ? pools : pools.filter((p) => p.name === wanted);
  if (!found)
    throw fail('notFound', 'no-pool', `group "${group.name}" has no thin pool${wanted === undefined ? '' : ` "${wanted}"`}`, {
      hint: `dvm thin-pool ${group.name}/pool --size 100G --chunk-size 64K`,
    });
  if (other)
    throw fail('usage', 'many-pools', `group "${group.name}" has several thin pools: ${pools.map((p) => p.name).join(', ')}`, {
      hint: 'say which: --pool NAME',
    });
  return found;
}

async function makeFileSystem(
  store: Store,
  fs: FileSystemType,
  branch: string,
  volume: { id: string; name: string },
): Promise<void> {
  const { host } = store;
  const device = await bringUp(store, volume);
  await host.format(fs, device);
  const at = join(host.mounts, branch);
  await host.mount({ device, fs, at, readOnly: false });
  host.directory(join(at, defaultSubdot));
  await host.unmount(at);
  host.removeDirectory(at);
}
