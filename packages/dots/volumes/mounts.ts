import { join } from 'node:path';
import { isAtOrBelow } from '#blockdev/mounts.js';
import { DvmError, fail } from '#tool/errors.js';
import type { Dot, Volume } from '../state/dot.js';
import type { Store } from '../store.js';
import type { Host, Mounted } from './host.js';

/** Where a volume is mounted: all of it below the mounts directory, and directories of it elsewhere. */
export interface VolumeMounts {
  /** The directory that shows all of it, and whether it is mounted there. */
  root: string;
  mounted: boolean;
  targets: Mounted[];
}

/** As the kernel's mount table says; `owner` is the id of the branch or commit, which the directory is called after. */
export function mountsOf({ host, group }: Store, owner: string, volume: Pick<Volume, 'name'>): VolumeMounts {
  const root = join(host.mounts, owner);
  const dev = host.deviceAt(host.path(group, volume.name));
  const own = dev === undefined ? [] : host.mounted().filter((m) => m.dev === dev);
  return { root, mounted: own.some((m) => m.target === root), targets: own.filter((m) => m.target !== root) };
}

/** Brings a volume up where it is down. */
export async function bringUp(store: Store, volume: Pick<Volume, 'name' | 'id'>): Promise<string> {
  const path = store.host.path(store.group, volume.name);
  if (store.host.deviceAt(path) === undefined) await store.activate({ activate: [volume.id] });
  if (store.host.deviceAt(path) !== undefined) return path;
  throw fail('unavailable', 'no-device', `volume "${volume.name}" has no device "${path}"`);
}

/** Mounts all of a volume on its directory, unless it is. */
export async function mountRoot(
  store: Store,
  { fs }: Pick<Dot, 'fs'>,
  owner: string,
  volume: Volume,
  readOnly = false,
): Promise<VolumeMounts> {
  const now = mountsOf(store, owner, volume);
  if (now.mounted) return now;
  const device = await bringUp(store, volume);
  if (fs === 'btrfs') refuseTwin(store, volume);
  await store.host.mount({ device, fs, at: now.root, readOnly });
  return { ...now, mounted: true };
}

/** A btrfs is known by its UUID alone: of two copies only one can be mounted. */
function refuseTwin({ host, group }: Store, volume: Volume): void {
  const own = host.deviceAt(host.path(group, volume.name));
  const other = host.mounted().find((m) => m.dev !== own && isAtOrBelow(m.target, host.mounts));
  if (other)
    throw fail('inUse', 'btrfs-twin', `volume "${volume.name}" is a btrfs, and "${other.target}" may show a copy of it`, {
      hint: 'one copy of a btrfs can be mounted at a time: unmount the other one, or use ext4 or xfs',
    });
}

/**
 * Unmounts a volume everywhere; where it is busy, what was unmounted is mounted again.
 *
 * @throws DvmError `dot-in-use` (exit 83) naming who keeps it busy
 */
export async function unmountAll(store: Store, what: string, mounts: VolumeMounts): Promise<void> {
  const done: Mounted[] = [];
  const places = [...mounts.targets].sort((a, b) => b.target.length - a.target.length);
  try {
    for (const place of places) {
      await store.host.unmount(place.target);
      done.push(place);
    }
    if (mounts.mounted) await store.host.unmount(mounts.root);
  } catch (e) {
    const busy = places[done.length]?.target ?? mounts.root;
    await mountTargets(store, mounts.root, done);
    throw inUse(what, busy, store.host.holders(busy), e);
  }
  store.host.removeDirectory(mounts.root);
}

/**
 * Unmounts what is to go. Whoever has mounted a directory of it somewhere wants it; where only all of it is shown, and nobody is in
 * there, it is unmounted.
 *
 * @throws DvmError `dot-in-use` (exit 83)
 */
export async function letGo(store: Store, what: string, { id, volume }: { id: string; volume: Volume }): Promise<void> {
  const mounts = mountsOf(store, id, volume);
  const [first] = mounts.targets;
  if (first) throw inUse(what, first.target, []);
  await unmountAll(store, what, mounts);
}

/** Shows directories of a mounted volume elsewhere, as before. */
export async function mountTargets({ host }: Store, root: string, targets: readonly Mounted[]): Promise<void> {
  for (const m of [...targets].reverse()) await host.bind(inside(host, root, m.root), m.target);
}

/**
 * A directory of a mounted volume, made where it is missing. What was pulled may have links to places of this machine, which
 * would be handed out instead: each part is looked at before what is below it is made.
 *
 * @throws DvmError `subdot-link` (exit 65)
 */
export function inside(host: Host, root: string, directory: string): string {
  let path = root;
  for (const part of directory.split('/').filter((p) => p !== '')) {
    path = join(path, part);
    if (host.directory(path) !== path)
      throw fail('badInput', 'subdot-link', `"${path}" is a link, not a directory of the dot`, {
        hint: 'mount all of it (subdot __root__), and put a directory there',
      });
  }
  return path;
}

export function inUse(what: string, where: string, holders: readonly string[], cause?: unknown): DvmError {
  const by = holders.length > 0 ? `: ${holders.join(', ')}` : '';
  const details = { where, holders: [...holders], ...(cause instanceof DvmError ? { cause: cause.message } : {}) };
  return fail('inUse', 'dot-in-use', `${what} is in use on "${where}"${by}`, { details, cause });
}
