import { refused } from '../errno.js';
import { positive, sectors } from './numbers.js';
import type { Lookup, SimRow, TargetType } from './targets.js';

/**
 * `core COUNT REGION [nosync] IMAGES (DEV OFFSET)… [COUNT FEATURE…]`, or `disk COUNT LOG REGION …`, as drivers/md/dm-raid1.c reads it.
 * Everything is in sync at once: what a copy takes has no meaning here.
 */
export const mirror: TargetType = { load, status };

function load(words: string[], size: number, lookup: Lookup) {
  const [type, count] = [words[0], positive(words[1], 'number of log arguments')];
  const own = type === 'disk' ? 1 : 0;
  if ((type !== 'core' && type !== 'disk') || count < own + 1 || count > own + 2)
    throw refused('EINVAL', `log "${type}" is not known`);
  const region = positive(words[2 + own], 'region size');
  const images = positive(words[2 + count], 'number of images');
  const pairs = words.slice(3 + count, 3 + count + 2 * images);
  if (images > 8 || pairs.length < 2 * images) throw refused('EINVAL', 'a mirror takes two to eight devices');
  const features = words.slice(3 + count + 2 * images);
  const logs = words.slice(2, 2 + own).map((word) => ({ dev: lookup(word), start: 0, length: 8 }));
  const uses = Array.from({ length: images }, (_, i) => {
    const start = sectors(pairs[2 * i + 1]);
    return { dev: lookup(pairs[2 * i] as string), start, length: size };
  });
  const log = [type, count, ...logs.map((l) => l.dev), region, ...words.slice(3 + own, 2 + count)];
  const args = [...log, images, ...uses.map((u) => `${u.dev} ${u.start}`), ...features].join(' ');
  return { args, uses: [...logs, ...uses] };
}

function status({ args, size, uses }: SimRow): string {
  const words = args.split(' ');
  const kept = words[0] === 'disk';
  const images = uses.slice(kept ? 1 : 0);
  const regions = Math.ceil(size / Number(words[kept ? 3 : 2]));
  const log = kept ? ['3 disk', uses[0]?.dev, 'A'] : ['1 core'];
  return [images.length, ...images.map((u) => u.dev), `${regions}/${regions}`, 1, 'A'.repeat(images.length), ...log].join(' ');
}
