import { refused } from '../errno.js';
import { sectors } from './numbers.js';
import type { TargetType } from './targets.js';

const valued =
  /^(start_sector|high_watermark|low_watermark|writeback_jobs|autocommit_blocks|autocommit_time|max_age|pause_writeback)$/;
const alone = /^(fua|nofua|cleaner|metadata_only)$/;

/**
 * `s ORIGIN CACHE BLOCK N OPTION…`, as drivers/md/dm-writecache.c reads it; printed back as it came. Everything is written back at
 * once.
 */
export const writecache: TargetType = {
  load([type, origin, cache, block, n, ...options], size, lookup) {
    if (type !== 's' || origin === undefined || cache === undefined)
      throw refused('EINVAL', 'writecache takes s and two devices');
    if (![512, 1024, 2048, 4096].includes(Number(block))) throw refused('EINVAL', `block size ${block} is not possible`);
    if (sectors(n) !== options.length) throw refused('EINVAL', 'writecache takes as many words as it says');
    checkOptions(options);
    const uses = [
      { dev: lookup(origin), start: 0, length: size },
      { dev: lookup(cache), start: 0, length: 0 },
    ];
    return { args: [type, ...uses.map((u) => u.dev), block, n, ...options].join(' '), uses };
  },
  status: () => '0 256 256 0',
};

function checkOptions(options: readonly string[]): void {
  for (let i = 0; i < options.length; i++) {
    const option = options[i] ?? '';
    if (valued.test(option)) sectors(options[++i]);
    else if (!alone.test(option)) throw refused('EINVAL', `option "${option}" is not known`);
  }
}
