import type { Kernel } from '#dm/kernel.js';
import { assert } from '../check.js';
import { type Case, type Disks, gives, linear } from './case.js';

/** Sectors of a cache's metadata, which is blank once, at a place where no other case writes; of its chunks, of what it caches. */
const [place, meta, data, origin] = [12288, 2048, 4096, 8192];

function mapped(k: Kernel, name: string, dev: string, start: number, size: number): string {
  const device = k.create(name, undefined);
  k.load(name, [linear(dev, start, size)], {});
  k.resume(name, {});
  return device.dev;
}

function below(k: Kernel, { devs }: Disks): string {
  const at = (name: string, dev: string, start: number, size: number) => mapped(k, name, dev, start, size);
  return [at('meta', devs[0], place, meta), at('fast', devs[1], 0, data), at('slow', devs[1], data, origin)].join(' ');
}

const row = (args: string) => [{ type: 'cache', size: origin, args }];

/** Caches. */
export const cacheCases: Record<string, Case> = {
  'a cache prints its table as it came, and what it holds'(k, disks) {
    const words = `${below(k, disks)} 128 2 metadata2 writeback smq 2 migration_threshold 4096`;
    k.create('a', undefined);
    k.load('a', row(words), {});
    k.resume('a', {});
    assert.equal(k.table('a', {}), row(words));
    assert.match(
      k.status('a')[0]?.args ?? '',
      /^8 \d+\/\d+ 128 0\/\d+ \d+ \d+ \d+ \d+ 0 0 0 3 metadata2 writeback no_discard_passdown 2 migration_threshold \d+ smq 0 rw - *$/,
    );
  },
  'a cache is told to write everything back by another table'(k, disks) {
    const three = below(k, disks);
    k.create('a', undefined);
    k.load('a', row(`${three} 128 2 metadata2 writeback smq 0`), {});
    k.resume('a', {});
    k.load('a', row(`${three} 128 2 metadata2 writethrough cleaner 0`), {});
    k.suspend('a', {});
    k.resume('a', {});
    assert.match(
      k.status('a')[0]?.args ?? '',
      / 0 3 metadata2 writethrough no_discard_passdown 2 migration_threshold \d+ cleaner 0 rw - *$/,
    );
    k.load('a', [linear(disks.devs[1], data, origin)], {});
    k.suspend('a', {});
    k.resume('a', {});
    for (const name of ['meta', 'fast', 'slow']) k.remove(name);
  },
  'cache tables that are refused'(k, disks) {
    const three = below(k, disks);
    k.create('a', undefined);
    for (const rest of [
      '',
      '100 1 writeback smq 0',
      '32 1 writeback smq 0',
      '128 1 nosuch smq 0',
      '128 2 writeback writethrough smq 0',
      '128 1 writeback nosuch 0',
      '128 1 writeback smq 1 migration_threshold',
      '128 1 writeback smq 4 migration_threshold 1',
    ])
      gives('EINVAL', () => k.load('a', row(`${three} ${rest}`), {}), rest);
  },
};
