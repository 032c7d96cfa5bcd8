import { refused } from '../errno.js';
import { positive, sectors } from './numbers.js';
import type { Lookup, TargetType, Use } from './targets.js';

/** Chunks, in sectors. */
const [smallestChunk, largestChunk] = [128, 2 ** 21];
const features = ['skip_block_zeroing', 'ignore_discard', 'no_discard_passdown', 'read_only', 'error_if_no_space'];

/** `META DATA CHUNK LOW [N FEATURE…]`; what a pool reports depends on more than its row (pools.ts). */
export const thinPool: TargetType = {
  load([meta, data, chunk, low, n = '0', ...given], size, lookup) {
    if (meta === undefined || data === undefined || low === undefined) throw refused('EINVAL', 'thin-pool takes four arguments');
    const chunkSize = positive(chunk, 'chunk size');
    if (chunkSize < smallestChunk || chunkSize > largestChunk || chunkSize % smallestChunk !== 0)
      throw refused('EINVAL', `chunk size ${chunkSize} is not possible`);
    if (sectors(n) !== given.length || given.some((f) => !features.includes(f)))
      throw refused('EINVAL', `features "${given.join(' ')}" are not known`);
    const flags = features.filter((f) => given.includes(f));
    const uses = [whole(lookup(meta), 0), whole(lookup(data), size)];
    const args = [uses[0]?.dev, uses[1]?.dev, chunkSize, sectors(low), flags.length, ...flags].join(' ');
    return { args, uses };
  },
  status: () => '',
};

/** `POOL ID [ORIGIN]`. */
export const thin: TargetType = {
  load(words, _size, lookup) {
    const [pool, id, origin] = words;
    if (pool === undefined || id === undefined || words.length > 3)
      throw refused('EINVAL', 'thin takes a pool, a number and an origin');
    const uses = [whole(lookup(pool), 0), ...external(origin, lookup)];
    return { args: [uses[0]?.dev, sectors(id), ...uses.slice(1).map((u) => u.dev)].join(' '), uses };
  },
  status: () => '0 -',
};

/** May be smaller than the volume. */
function external(word: string | undefined, lookup: Lookup): Use[] {
  return word === undefined ? [] : [whole(lookup(word), 0)];
}

function whole(dev: string, length: number): Use {
  return { dev, start: 0, length };
}
