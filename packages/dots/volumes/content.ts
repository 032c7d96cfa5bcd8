import type { Storage } from '#blockdev/storage.js';
import { fail } from '#tool/errors.js';
import type { Commit, Dot, Volume } from '../state/dot.js';
import { historyOf } from '../state/history.js';
import type { Look, Store } from '../store.js';
import type { CommitRecord, CommitSource, Content, Target } from '../transfer/content.js';
import { bringUp } from './mounts.js';
import { changedRanges, mappedRanges } from './pools.js';

/** What transfers read commits from: their volumes, each up while it is open. */
export function sourceOf(store: Store, look: Look, dot: Dot, head: string): CommitSource {
  const commits = historyOf(look.state, head).reverse();
  const of = (id: string): Commit => {
    const found = look.state.commits.get(id);
    if (found) return found;
    throw fail('notFound', 'no-commit', `commit "${id}" is not here`);
  };
  return {
    commits: commits.map(recordOf),
    open: (id) => openCommit(store, look, dot, of(id)),
    changed: (from, to) => changedRanges(store, look, of(from).volume, of(to).volume),
  };
}

export function recordOf({ volume: _, ...record }: Commit): CommitRecord {
  return record;
}

async function openCommit(store: Store, look: Look, { fs }: Dot, { volume }: Commit): Promise<Content> {
  const path = store.host.path(store.group, volume.name);
  const wasUp = store.host.deviceAt(path) !== undefined;
  const storage = await store.host.open(await bringUp(store, volume), false);
  return {
    size: volume.size,
    fs: { type: fs },
    read: (offset, length) => storage.read(offset, length),
    allocated: () => mappedRanges(store, look, volume),
    close: async () => {
      await storage.close();
      if (!wasUp) await store.activate({ deactivate: [volume.id] });
    },
  };
}

/** What a pull writes to. Whole chunks of zeros are given back to the pool. */
export async function targetOn(store: Store, volume: Volume, chunkSize: number): Promise<Target & { close(): Promise<void> }> {
  const storage = await store.host.open(await bringUp(store, volume), true);
  return {
    size: volume.size,
    read: (offset, length) => storage.read(offset, length),
    write: (offset, data) => storage.write(offset, data),
    zero: (offset, length) => zero(storage, chunkSize, offset, length),
    flush: () => storage.flush(),
    close: () => storage.close(),
  };
}

const mostZeros = 1 << 20;

/** Of a part of a chunk a discard would do nothing. */
async function zero(storage: Storage, chunkSize: number, offset: number, length: number): Promise<void> {
  const end = offset + length;
  const first = Math.min(end, Math.ceil(offset / chunkSize) * chunkSize);
  const last = Math.max(first, Math.floor(end / chunkSize) * chunkSize);
  await writeZeros(storage, offset, first);
  if (last > first && !(await storage.discard?.(first, last - first))) await writeZeros(storage, first, last);
  await writeZeros(storage, last, end);
}

async function writeZeros(storage: Storage, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += mostZeros) await storage.write(at, Buffer.alloc(Math.min(mostZeros, to - at)));
}
