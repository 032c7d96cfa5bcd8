import { refused } from '../errno.js';
import { positive, sectors } from './numbers.js';
import type { SimRow, TargetType, Use } from './targets.js';

const [smallestRegion, largestRegion] = [8, 2 ** 21];
const features = ['no_hydration', 'no_discard_passdown'];
const settings = ['hydration_threshold', 'hydration_batch_size'];

/**
 * `META DEST SOURCE REGION [N FEATURE… [N (KEY VALUE)…]]`, as drivers/md/dm-clone-target.c reads it. Where it copies in the
 * background everything is copied at once, else nothing is.
 */
export const clone: TargetType = {
  load([meta, dest, source, region, ...more], size, lookup) {
    if (meta === undefined || dest === undefined || source === undefined || region === undefined)
      throw refused('EINVAL', 'clone takes metadata, a destination, a source and a region size');
    const uses: Use[] = [
      { dev: lookup(meta), start: 0, length: 0 },
      { dev: lookup(dest), start: 0, length: size },
      { dev: lookup(source), start: 0, length: size },
    ];
    const regionSize = positive(region, 'region size');
    if (!Number.isInteger(Math.log2(regionSize)) || regionSize < smallestRegion || regionSize > largestRegion)
      throw refused('EINVAL', `region size ${regionSize} is not possible`);
    checkWords(more);
    return { args: [...uses.map((u) => u.dev), region, ...more].join(' '), uses };
  },
  status: statusOf,
  message: (_row, text) => {
    const [word = '', value] = text.trim().split(/\s+/);
    const known = /^(enable|disable)_hydration$/.test(word) || (settings.includes(word) && /^\d+$/.test(value ?? ''));
    if (!known) throw refused('EINVAL', `message "${text}" is not known`);
  },
};

function checkWords(words: readonly string[]): void {
  const flags = words.slice(1, 1 + sectors(words[0] ?? '0'));
  const core = words.slice(2 + flags.length);
  const count = sectors(words[1 + flags.length] ?? '0');
  if (flags.some((f) => !features.includes(f)) || count !== core.length || count % 2 !== 0)
    throw refused('EINVAL', `features "${words.join(' ')}" are not known`);
  for (let i = 0; i < count; i += 2) {
    if (!settings.includes(core[i] ?? '')) throw refused('EINVAL', `setting "${core[i]}" is not known`);
    positive(core[i + 1], 'setting');
  }
}

/** @param told messages that it has taken */
function statusOf({ args, size }: SimRow, told: readonly string[]): string {
  const [, , , region = '8', n = '0', ...words] = args.split(' ');
  const flags = new Set(words.slice(0, Number(n)));
  const core = words.slice(Number(n) + 1);
  const values = new Map(settings.map((key) => [key, core.includes(key) ? (core[core.indexOf(key) + 1] ?? '') : '1']));
  for (const text of told) {
    const [word = '', value = '1'] = text.trim().split(/\s+/);
    if (word === 'enable_hydration') flags.delete('no_hydration');
    else if (word === 'disable_hydration') flags.add('no_hydration');
    else values.set(word, value);
  }
  const regions = Math.ceil(size / Number(region));
  const done = flags.has('no_hydration') ? 0 : regions;
  const given = [...values].flat();
  return [8, '13/1024', region, `${done}/${regions}`, 0, flags.size, ...flags, given.length, ...given, 'rw'].join(' ');
}
