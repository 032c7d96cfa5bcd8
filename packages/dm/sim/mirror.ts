import { refused } from '../errno.js';
import { positive, sectors } from './numbers.js';
import type { Lookup, SimRow, TargetType } from './targets.js';

/**
 * `core COUNT REGION [nosync] IMAGES (DEV OFFSET)… [COUNT FEATURE…]`, as drivers/md/dm-raid1.c reads it, with the log in
 * memory. Everything is in sync at once: what a copy takes has no meaning here.
 */
export const mirror: TargetType = { load, status };

function load(words: string[], size: number, lookup: Lookup) {
  const [type, count] = [words[0], positive(words[1], 'number of log arguments')];
  if (type !== 'core' || count > 2) throw refused('EINVAL', `log "${type}" is not known`);
  const region = positive(words[2], 'region size');
  const images = positive(words[2 + count], 'number of images');
  const pairs = words.slice(3 + count, 3 + count + 2 * images);
  if (images > 8 || pairs.length < 2 * images) throw refused('EINVAL', 'a mirror takes two to eight devices');
  const features = words.slice(3 + count + 2 * images);
  const uses = Array.from({ length: images }, (_, i) => {
    const start = sectors(pairs[2 * i + 1]);
    return { dev: lookup(pairs[2 * i] as string), start, length: size };
  });
  const log = ['core', count, region, ...words.slice(3, 2 + count)];
  return { args: [...log, images, ...uses.map((u) => `${u.dev} ${u.start}`), ...features].join(' '), uses };
}

function status({ args, size, uses }: SimRow): string {
  const regions = Math.ceil(size / Number(args.split(' ')[2]));
  return [uses.length, ...uses.map((u) => u.dev), `${regions}/${regions}`, 1, 'A'.repeat(uses.length), 1, 'core'].join(' ');
}
