import { fail } from '#tool/errors.js';
import { type DotName, dotWord } from '../state/words.js';
import { changing, type Store } from '../store.js';
import { inUse, mountsOf, unmountAll } from '../volumes/mounts.js';
import { mountable } from './mount.js';

export interface UnmountOptions {
  /** Without a branch: the current one. */
  dot: DotName;
  /** A commit of it instead. */
  commit?: string | undefined;
  /** There only; default: everywhere, and its device comes down. */
  target?: string | undefined;
}

/**
 * Unmounts a branch or commit; what is not mounted stays so.
 *
 * @throws DvmError `no-dot`, `no-branch`, `no-commit`, `not-mounted` (exit 80), `dot-in-use` (exit 83)
 */
export async function unmount(store: Store, options: UnmountOptions): Promise<{ unmounted: string[] }> {
  return changing(store, async (look) => {
    const { owner, volume } = mountable(look, options);
    const mounts = mountsOf(store, owner, volume);
    const subject = `dot "${dotWord(options.dot)}"`;
    if (options.target !== undefined) return { unmounted: [await unmountOne(store, subject, mounts.targets, options.target)] };
    const unmounted = [...mounts.targets.map((m) => m.target), ...(mounts.mounted ? [mounts.root] : [])];
    await unmountAll(store, subject, mounts);
    if (store.host.deviceAt(store.host.path(store.group, volume.name)) !== undefined)
      await store.activate({ deactivate: [volume.id] });
    return { unmounted };
  });
}

async function unmountOne(
  { host }: Store,
  subject: string,
  targets: readonly { target: string }[],
  wanted: string,
): Promise<string> {
  if (!targets.some((m) => m.target === wanted))
    throw fail('notFound', 'not-mounted', `${subject} is not mounted on "${wanted}"`);
  try {
    await host.unmount(wanted);
  } catch (e) {
    throw inUse(subject, wanted, host.holders(wanted), e);
  }
  return wanted;
}
