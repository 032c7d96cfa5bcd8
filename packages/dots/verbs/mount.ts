import { join } from 'node:path';
import { fail } from '#tool/errors.js';
import type { Volume } from '../state/dot.js';
import { currentBranch, findBranch, findCommit, findDot } from '../state/find.js';
import { checkSubdot, type DotName, defaultSubdot, rootSubdot } from '../state/words.js';
import { changing, type Look, type Store } from '../store.js';
import { inside, mountRoot, mountsOf } from '../volumes/mounts.js';

export interface MountOptions {
  /** Without a branch: the current one. */
  dot: DotName;
  /** A directory of it: `__default__` unless named; `__root__` for all. */
  subdot?: string | undefined;
  /** Where it is to be shown; default: only below the mounts directory. */
  target?: string | undefined;
  /** A commit instead of the branch, to be read. */
  commit?: string | undefined;
}

export interface MountedDot {
  /** Where the subdot is. */
  path: string;
  /** Where all of the file system is. */
  root: string;
}

/**
 * Mounts a branch or a commit. What is mounted so already stays; the kernel's mount table is the only record of it.
 *
 * @throws DvmError `no-dot`, `no-branch`, `no-commit`, `no-subdot` (exit 80), `subdot-link` (exit 65), `mounted-already` (exit 83), those of mount
 */
export async function mount(store: Store, options: MountOptions): Promise<MountedDot> {
  const subdot = checkSubdot(options.subdot ?? defaultSubdot);
  const target = options.target === undefined ? undefined : checkTarget(options.target);
  return changing(store, async (look) => {
    const found = mountable(look, options);
    const { owner, volume } = found;
    const before = mountsOf(store, owner, volume);
    const { root } = await mountRoot(store, found, owner, volume, found.readOnly);
    try {
      const path = subdotIn(store, root, subdot, found.readOnly);
      if (target === undefined) return { path, root };
      return { path: await show(store, volume, path.slice(root.length) || '/', { root, target }), root };
    } catch (e) {
      if (!before.mounted) await store.host.unmount(root);
      throw e;
    }
  });
}

/** In a branch it is made where it is not there. */
function subdotIn({ host }: Store, root: string, subdot: string, readOnly: boolean): string {
  if (subdot === rootSubdot) return root;
  if (!readOnly || host.exists(join(root, subdot))) return inside(host, root, subdot);
  throw fail('notFound', 'no-subdot', `there is no subdot "${subdot}" in that commit`);
}

/** The volume that a branch, the current one, or a commit is. */
export function mountable({ state }: Look, { dot: named, commit }: Pick<MountOptions, 'dot' | 'commit'>) {
  const dot = findDot(state, named);
  const branch = named.branch === undefined ? currentBranch(dot) : findBranch(dot, named.branch);
  if (commit === undefined) return { fs: dot.fs, owner: branch.id, volume: branch.volume, readOnly: false };
  const { id, volume } = findCommit(state, dot, branch, commit);
  return { fs: dot.fs, owner: id, volume, readOnly: true };
}

/** Shows a directory of a mounted volume on the target, unless it is there. */
async function show(store: Store, volume: Volume, directory: string, at: { root: string; target: string }): Promise<string> {
  const { host, group } = store;
  const target = host.directory(at.target);
  const dev = host.deviceAt(host.path(group, volume.name));
  const there = host.mounted().findLast((m) => m.target === target);
  if (there && there.dev === dev && there.root === directory) return target;
  if (there) throw fail('inUse', 'mounted-already', `something else is mounted on "${target}"`);
  await host.bind(join(at.root, directory), target);
  return target;
}

function checkTarget(path: string): string {
  if (path.startsWith('/') && !path.includes('\0') && !path.split('/').includes('..') && path !== '/') return path;
  throw fail('usage', 'bad-target', `target "${path}" is not an absolute path without ".."`);
}
