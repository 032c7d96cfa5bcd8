import type { Dot, Volume } from '../state/dot.js';
import type { Store } from '../store.js';
import { mountRoot, mountsOf } from './mounts.js';

/** A commit, or a branch: whose journal may have to be replayed before its files are what they are. */
export interface Shown {
  owner: string;
  volume: Volume;
  readOnly: boolean;
}

/** Mounts volumes to be read, as far as they are not mounted, and takes those mounts away again. */
export async function showing<T>(
  store: Store,
  dot: Pick<Dot, 'fs'>,
  volumes: readonly Shown[],
  work: (roots: string[]) => Promise<T> | T,
): Promise<T> {
  const made: Shown[] = [];
  try {
    const roots: string[] = [];
    for (const v of volumes) {
      const before = mountsOf(store, v.owner, v.volume);
      roots.push((await mountRoot(store, dot, v.owner, v.volume, v.readOnly)).root);
      if (!before.mounted) made.push(v);
    }
    return await work(roots);
  } finally {
    for (const v of made) await hide(store, v.owner, v.volume);
  }
}

/** Unmounts all of a volume and takes it down. */
async function hide(store: Store, owner: string, volume: Volume): Promise<void> {
  const { root, targets } = mountsOf(store, owner, volume);
  await store.host.unmount(root);
  store.host.removeDirectory(root);
  if (targets.length === 0) await store.activate({ deactivate: [volume.id] });
}
