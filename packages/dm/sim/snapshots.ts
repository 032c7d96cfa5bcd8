import { refused } from '../errno.js';
import { positive } from './numbers.js';
import type { Lookup, TargetType, Use } from './targets.js';

/** Chunks of the persistent store, in sectors. */
const largestChunk = 1 << 20;

/** `snapshot-origin DEV`, as drivers/md/dm-snap.c reads it. */
export const snapshotOrigin: TargetType = {
  load([dev, ...more], size, lookup) {
    if (dev === undefined || more.length > 0) throw refused('EINVAL', 'snapshot-origin takes one device');
    const uses = [{ dev: lookup(dev), start: 0, length: size }];
    return { args: uses[0]?.dev ?? '', uses };
  },
  status: () => '',
};

/** `snapshot ORIGIN COW P CHUNK`; nothing has been copied, or everything has been copied back. */
export const snapshot: TargetType = { load, status: () => '16/16384 16' };

function load(words: string[], size: number, lookup: Lookup): { args: string; uses: Use[] } {
  const [origin, cow, store, chunk] = words;
  if (origin === undefined || cow === undefined || (store !== 'P' && store !== 'N') || words.length !== 4)
    throw refused('EINVAL', 'a snapshot takes an origin, a device for chunks, a store and a chunk size');
  const sectors = positive(chunk, 'chunk size');
  if (sectors % 8 !== 0 || !Number.isInteger(Math.log2(sectors)) || sectors > largestChunk)
    throw refused('EINVAL', `chunk size ${sectors} is not possible`);
  const uses = [
    { dev: lookup(origin), start: 0, length: size },
    { dev: lookup(cow), start: 0, length: 0 },
  ];
  return { args: [...uses.map((u) => u.dev), store, sectors].join(' '), uses };
}
