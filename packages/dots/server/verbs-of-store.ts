import { fail } from '#tool/errors.js';
import type { DotsSettings } from '../config.js';
import { changing, type Store } from '../store.js';
import { branch } from '../verbs/branch.js';
import { clone } from '../verbs/clone.js';
import { commit } from '../verbs/commit.js';
import { dirtyBytes } from '../verbs/dirty.js';
import { fork } from '../verbs/fork.js';
import { init } from '../verbs/init.js';
import { mount } from '../verbs/mount.js';
import { pull } from '../verbs/pull.js';
import { push } from '../verbs/push.js';
import { remove } from '../verbs/remove.js';
import { rollback } from '../verbs/rollback.js';
import { placesOf } from '../verbs/show.js';
import { mappedRanges } from '../volumes/pools.js';
import { totalOf } from '../volumes/thin-xml.js';
import type { Verbs } from './verbs.js';

/** The verbs of `dot` on a group of this machine, as the server calls them. */
export function verbsOf(store: Store, { size, fs, author: ours }: DotsSettings): Verbs {
  return {
    read: async () => {
      const { group, state } = await store.read();
      return { group, state };
    },
    measure: (dot, of) =>
      changing(store, async (look) => ({
        sizeBytes: totalOf(await mappedRanges(store, look, of.volume)),
        dirtyBytes: await dirtyBytes(store, look, dot, of),
        mounts: placesOf(store, of),
      })),
    init: (dot) => init(store, { dot, size, fs }),
    remove: async (dot) => void (await remove(store, { dot })),
    commit: (dot, message, author, metadata) => commit(store, { dot, message, author: author ?? ours, metadata }),
    branch: (dot, name, at) => branch(store, { dot, name, at }),
    // dotmesh's rollback throws away what is not committed, and its clients count on that
    rollback: async (dot, to) => void (await rollback(store, { dot, to, force: true })),
    fork: (dot, as) => fork(store, { dot, as }),
    mount: async (options) => (await mount(store, options)).path,
    push: async ({ commit: head, ...options }) => {
      if (head !== undefined) throw fail('usage', 'no-target-commit', `a push brings the head of a branch, not commit "${head}"`);
      await push(store, options);
    },
    pull: async ({ lazy, ...options }) => {
      refuseLazy(lazy);
      await pull(store, options);
    },
    clone: async ({ dot: as, lazy, ...options }) => {
      refuseLazy(lazy);
      await clone(store, { ...options, as });
    },
  };
}

function refuseLazy(lazy: boolean): void {
  if (lazy) throw fail('usage', 'no-lazy', 'what is pulled is mounted when all of it is here, not before');
}
