import type { Kernel } from '#dm/kernel.js';
import { assert } from '../check.js';
import { type Case, gives, linear } from './case.js';

/** Checksums, on a device of their own. */
export const integrityCases: Record<string, Case> = {
  'checksums are kept on another device, which the table names behind a word'(k, { devs }) {
    const [data, meta] = [part(k, 'o', devs[0], 0, 2048), part(k, 'm', devs[1], 4096, 8192)];
    const options = [`meta_device:${meta}`, 'recalculate', 'journal_sectors:2048', 'internal_hash:crc32c'];
    const rows = (args: string) => [{ type: 'integrity', size: 2048, args }];
    k.create('a', undefined);
    for (const args of [
      `${data} 0 4`,
      `${data} 0 4 X 0`,
      `${data} 0 4 J 2 ${options[0]} no`,
      `${data} 0 4 J 9 ${options.join(' ')}`,
    ])
      gives('EINVAL', () => k.load('a', rows(args), {}), args);
    k.load('a', rows(`${data} 0 4 J 4 ${options.join(' ')}`), {});
    k.resume('a', {});
    const [row] = k.table('a', {});
    assert.match(row?.args ?? '', new RegExp(`^${data} 0 4 J \\d+ meta_device:${meta} .*internal_hash:crc32c$`));
    assert.equal(k.deps('a').sort(), [data, meta].sort());
    const end = Date.now() + 10_000;
    while (!statusOf(k).endsWith(' 2048 2048') && Date.now() < end);
    assert.is(statusOf(k), '0 2048 2048');
    k.remove('a');
  },
};

function part(k: Kernel, name: string, dev: string, start: number, size: number): string {
  const { dev: own } = k.create(name, undefined);
  k.load(name, [linear(dev, start, size)], {});
  k.resume(name, {});
  return own;
}

function statusOf(k: Kernel): string {
  return k.status('a')[0]?.args ?? '';
}
