import { refused } from '../errno.js';
import { positive, sectors } from './numbers.js';
import type { TargetType, Use } from './targets.js';

const values =
  /^(block_size|journal_sectors|interleave_sectors|buffer_sectors|journal_watermark|commit_time|sectors_per_bit|bitmap_flush_interval):\d+$/;
const hash = /^internal_hash:(crc32c|xxhash64|sha1|sha256)$/;

/**
 * `DATA OFFSET TAG-BYTES J|B|D N OPTION…`, as drivers/md/dm-integrity.c reads it; with metadata on a device of its own. Options are
 * printed as they were given: the real one adds its defaults.
 */
export const integrity: TargetType = {
  load([data, offset, tag, mode, n, ...options], size, lookup) {
    if (data === undefined || n === undefined || !/^[JBD]$/.test(mode ?? '') || sectors(n) !== options.length)
      throw refused('EINVAL', 'integrity takes data, an offset, bytes of a checksum, a mode and options');
    const meta = options.find((o) => o.startsWith('meta_device:'));
    const others = options.filter((o) => o !== meta && o !== 'recalculate');
    if (!meta || others.some((o) => !values.test(o) && !hash.test(o)))
      throw refused('EINVAL', `options "${options.join(' ')}" are not known`);
    const uses: Use[] = [
      { dev: lookup(data), start: sectors(offset), length: size },
      { dev: lookup(meta.slice('meta_device:'.length)), start: 0, length: 0 },
    ];
    const printed = options.map((o) => (o === meta ? `meta_device:${uses[1]?.dev}` : o));
    return { args: [uses[0]?.dev, offset, positive(tag, 'size of a checksum'), mode, n, ...printed].join(' '), uses };
  },
  status: ({ size, args }) => `0 ${size} ${args.includes(' recalculate') ? size : '-'}`,
};
