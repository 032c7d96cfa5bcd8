import type { Kernel } from '#dm/kernel.js';
import { assert } from '../check.js';
import { type Case, gives, linear, make } from './case.js';

/** Lazy copies. */
export const cloneCases: Record<string, Case> = {
  'a clone prints its table as it was given, and says how it copies'(k, { devs }) {
    const [meta, dest, source] = parts(k, devs);
    const row = (args: string, size = 64) => [{ type: 'clone', size, args: `${meta} ${dest} ${args}` }];
    k.create('c', undefined);
    const words = [`${source}`, `${source} 7`, `${source} 9 0 0`, `${source} 8 1 no`, `${source} 8 0 1 hydration_threshold`];
    for (const args of [...words, `${source} 8 0 2 no 1`]) gives('EINVAL', () => k.load('c', row(args), {}), args);
    gives('EINVAL', () => k.load('c', row(`${source} 8 0 0`, 72), {}), 'larger than the destination');
    k.load('c', row(`${source} 8 1 no_hydration 2 hydration_threshold 3`), {});
    k.resume('c', {});
    assert.equal(k.table('c', {}), row(`${source} 8 1 no_hydration 2 hydration_threshold 3`));
    assert.match(statusOf(k), / 8 0\/8 0 1 no_hydration 4 hydration_threshold 3 hydration_batch_size 1 rw$/);
    assert.equal(k.deps('c').sort(), [meta, dest, source].sort());
  },
  'a clone is told to copy, and its table does not say so'(k, { devs }) {
    const [meta, dest, source] = parts(k, devs);
    const rows = [{ type: 'clone', size: 64, args: `${meta} ${dest} ${source} 8 1 no_hydration 0` }];
    k.create('c', undefined);
    k.load('c', rows, {});
    k.resume('c', {});
    for (const text of ['hello', 'hydration_threshold', 'hydration_threshold x'])
      gives('EINVAL', () => k.message('c', 0, text), text);
    k.message('c', 0, 'hydration_batch_size 2');
    assert.match(statusOf(k), / 8 0\/8 0 1 no_hydration 4 hydration_threshold 1 hydration_batch_size 2 rw$/);
    k.message('c', 0, 'enable_hydration');
    const end = Date.now() + 10_000;
    while (!statusOf(k).includes(' 8/8 0 ') && Date.now() < end);
    assert.match(statusOf(k), / 8 8\/8 0 0 4 hydration_threshold 1 hydration_batch_size 2 rw$/);
    assert.equal(k.table('c', {}), rows);
    k.remove('c');
  },
};

/** Metadata of 2 MiB that is blank, a destination and a source of 64 sectors. */
function parts(k: Kernel, devs: readonly [string, string]): [meta: string, dest: string, source: string] {
  const part = (name: string, dev: string, start: number, size: number): string => {
    const { dev: own } = k.create(name, undefined);
    k.load(name, [linear(dev, start, size)], {});
    k.resume(name, {});
    return own;
  };
  return [part('m', devs[1], 12_288, 4096), part('d', devs[1], 0, 64), make(k, 's', devs[0])];
}

function statusOf(k: Kernel): string {
  return k.status('c')[0]?.args ?? '';
}
