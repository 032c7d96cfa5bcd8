import { refused } from '../errno.js';
import { positive, sectors } from './numbers.js';
import type { Lookup, SimRow, TargetType, Use } from './targets.js';

/** Chunks, in sectors. */
const [smallestChunk, largestChunk] = [64, 2 ** 21];
const features = ['metadata2', 'writethrough', 'writeback', 'passthrough', 'no_discard_passdown'];
const modes = features.slice(1, 4);

/**
 * `META DATA ORIGIN CHUNK N FEATURE… POLICY N [NAME VALUE]…`, as drivers/md/dm-cache-target.c reads it; printed back as it came.
 * Everything is written back at once.
 */
export const cache: TargetType = { load, status };

function load([meta, data, origin, ...words]: string[], size: number, lookup: Lookup): { args: string; uses: Use[] } {
  if (meta === undefined || data === undefined || origin === undefined || words.length < 4)
    throw refused('EINVAL', 'a cache takes three devices, a chunk size, features and a policy');
  const uses = [whole(lookup(meta)), whole(lookup(data)), { dev: lookup(origin), start: 0, length: size }];
  const chunk = positive(words[0], 'chunk size');
  if (chunk < smallestChunk || chunk > largestChunk || chunk % smallestChunk !== 0)
    throw refused('EINVAL', `chunk size ${chunk} is not possible`);
  checkWords(words);
  return { args: [...uses.map((u) => u.dev), ...words].join(' '), uses };
}

function checkWords(words: readonly string[]): void {
  const given = words.slice(2, 2 + sectors(words[1]));
  if (given.some((f) => !features.includes(f)) || given.filter((f) => modes.includes(f)).length > 1)
    throw refused('EINVAL', `features "${given.join(' ')}" are not possible`);
  const [policy, count, ...values] = words.slice(2 + given.length);
  if (policy === undefined || !['smq', 'cleaner', 'default'].includes(policy))
    throw refused('EINVAL', `policy "${policy}" is not known`);
  if (sectors(count) !== values.length || values.length % 2 !== 0) throw refused('EINVAL', 'a policy takes pairs of words');
}

function whole(dev: string): Use {
  return { dev, start: 0, length: 0 };
}

function status({ args }: SimRow): string {
  const [, , , chunk, n, ...rest] = args.split(' ');
  const given = [...rest.slice(0, Number(n)), 'no_discard_passdown']; // its disks take no discards
  const policy = rest[Number(n)];
  return `8 27/1024 ${chunk} 0/256 0 0 0 0 0 0 0 ${[given.length, ...given].join(' ')} 2 migration_threshold 2048 ${policy} 0 rw -`;
}
