import { assert } from '../check.js';
import { answer, type Case, gives, linear } from './case.js';

/** Mirrors, with their log in memory and on a device. */
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

  'a mirror keeps its log on a device'(k, { devs, size }) {
    const row = (args: string) => [{ type: 'mirror', size: 64, args }];
    const { dev: log } = k.create('log', undefined);
    const end = size - 512; // where no other case reads
    k.load('log', [linear(devs[0], end)], {});
    k.resume('log', {});
    const images = `2 ${devs[0]} ${end + 64} ${devs[1]} ${end + 64} 1 handle_errors`;
    k.create('a', undefined);
    for (const args of [`disk 1 8 ${images}`, `disk 2 ${log} 0 ${images}`, `disk 2 nowhere 8 ${images}`])
      assert.ok(answer(() => k.load('a', row(args), {})) !== 'ok', args);
    k.load('a', row(`disk 2 ${log} 8 ${images}`), {});
    k.resume('a', {});
    assert.equal(k.table('a', {}), row(`disk 2 ${log} 8 ${images}`));
    const late = Date.now() + 10_000;
    while (!inSync(k.status('a')[0]?.args) && Date.now() < late);
    assert.equal(k.status('a'), row(`2 ${devs[0]} ${devs[1]} 8/8 1 AA 3 disk ${log} A`));
  },
};

function inSync(status = ''): boolean {
  return status.includes(' 8/8 ');
}
