import { assert } from '../check.js';
import { type Case, gives } from './case.js';

/** Mirrors with their log in memory. */
export const mirrorCases: Record<string, Case> = {
  'a mirror copies its first image, and says so'(k, { devs }) {
    const row = (args: string) => [{ type: 'mirror', size: 64, args }];
    const two = `2 ${devs[0]} 0 ${devs[1]} 0`;
    k.create('a', undefined);
    for (const args of [
      `${two}`,
      `core 1 8 2 ${devs[0]} 0`,
      `core 1 8 2 ${devs[0]} 0 ${devs[1]} x`,
      `no 1 8 ${two}`,
      `core 1 0 ${two}`,
    ])
      gives('EINVAL', () => k.load('a', row(args), {}), args);
    k.load('a', row(`core 1 8 ${two} 1 handle_errors`), {});
    k.resume('a', {});
    assert.equal(k.table('a', {}), row(`core 1 8 ${two} 1 handle_errors`));
    const end = Date.now() + 10_000;
    while (!inSync(k.status('a')[0]?.args) && Date.now() < end);
    assert.equal(k.status('a'), row(`2 ${devs[0]} ${devs[1]} 8/8 1 AA 1 core`));
    assert.equal(k.deps('a').sort(), [devs[0], devs[1]].sort());
  },
};

function inSync(status = ''): boolean {
  return status.includes(' 8/8 ');
}
