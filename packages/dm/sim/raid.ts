import { refused } from '../errno.js';
import { sectors } from './numbers.js';
import type { Lookup, SimRow, TargetType, Use } from './targets.js';

/**
 * `LEVEL N CHUNK [PARAMETER…] IMAGES (META IMAGE)…`, as drivers/md/dm-raid.c reads it; `-` for what is not there. Everything
 * is built, laid out anew and in sync at once, and what the real one keeps in superblocks is taken from the table.
 */
export const raid: TargetType = { load, status };

const levels = /^(raid0|raid1|raid10|raid4|raid5_(la|ra|ls|rs|n)|raid6_(zr|nr|nc|n_6|la_6|ra_6|ls_6|rs_6))$/;
const flags = ['sync', 'nosync'];
const values = [
  ...['rebuild', 'daemon_sleep', 'min_recovery_rate', 'max_recovery_rate', 'write_mostly', 'max_write_behind'],
  ...['stripe_cache', 'region_size', 'raid10_copies', 'delta_disks', 'data_offset'],
];
/** Of these there may be several. */
const repeated = ['rebuild', 'write_mostly'];

interface Table {
  level: string;
  parameters: string[];
  /** Pairs of words. */
  devices: [meta: string, image: string][];
}

function load(words: string[], size: number, lookup: Lookup) {
  const { level, parameters, devices } = parse(words);
  checkParameters(parameters, devices.length);
  const data = dataImages(level, devices.length);
  if (!Number.isInteger(size / data)) throw refused('EINVAL', 'the size is not divisible by the number of data images');
  const uses: Use[] = [];
  const open = (word: string, length: number): string => {
    if (word === '-') return word;
    const dev = lookup(word);
    uses.push({ dev, start: 0, length });
    return dev;
  };
  const printed = devices.map(([meta, image]) => `${open(meta, 8)} ${open(image, size / data)}`);
  return { args: [level, parameters.length, ...parameters, devices.length, ...printed].join(' '), uses };
}

function parse([level = '', n, ...rest]: readonly string[]): Table {
  if (!levels.test(level)) throw refused('EINVAL', `raid "${level}" is not known`);
  const count = sectors(n);
  const parameters = rest.slice(0, count);
  const [images, ...words] = rest.slice(count);
  const devices = Array.from({ length: sectors(images) }, (_, i): [string, string] => [
    words[2 * i] ?? '',
    words[2 * i + 1] ?? '',
  ]);
  if (count < 1 || words.length !== 2 * devices.length) throw refused('EINVAL', 'the number of parameters or devices is wrong');
  if (devices.length < fewest(level)) throw refused('EINVAL', `${level} takes more than ${devices.length} devices`);
  if (devices.some(([meta, image]) => image === '-' && meta !== '-')) throw refused('EINVAL', 'a meta device has no image');
  return { level, parameters, devices };
}

function checkParameters([chunk, ...words]: readonly string[], images: number): void {
  sectors(chunk);
  const seen = new Set<string>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (!values.includes(word) && !flags.includes(word)) throw refused('EINVAL', `parameter "${word}" is not known`);
    if (seen.has(word) && !repeated.includes(word)) throw refused('EINVAL', `"${word}" is given twice`);
    seen.add(word);
    if (flags.includes(word)) continue;
    const value = words[++i]?.replace(/^-(?=\d)/, '');
    if (sectors(value) >= images && repeated.includes(word)) throw refused('EINVAL', `there is no image ${value}`);
  }
}

function fewest(level: string): number {
  return level.startsWith('raid6') ? 4 : level === 'raid0' ? 1 : 2;
}

function dataImages(level: string, images: number): number {
  if (level === 'raid1') return 1;
  if (level === 'raid10') return images / 2;
  return images - (level.startsWith('raid6') ? 2 : level === 'raid0' ? 0 : 1);
}

/** `LEVEL IMAGES HEALTH SYNCED/ALL ACTION MISMATCHES OFFSET JOURNAL`. */
function status({ args, size }: SimRow): string {
  const { level, parameters, devices } = parse(args.split(' '));
  const value = (word: string): number => Number(parameters[parameters.indexOf(word) + 1]);
  const going = parameters.includes('delta_disks') ? Math.min(0, value('delta_disks')) : 0;
  const all = /^raid10?$/.test(level) ? size : size / dataImages(level, devices.length);
  const health = devices.map(([, image]) => (image === '-' ? '-' : 'A')).join('');
  const offset = parameters.includes('data_offset') ? value('data_offset') : 0;
  return [level, devices.length + going, health, `${all}/${all}`, 'idle', 0, offset, '-'].join(' ');
}
