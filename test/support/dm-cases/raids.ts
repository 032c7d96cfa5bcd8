import { assert } from '../check.js';
import { type Case, gives } from './case.js';

/** Raid without superblocks: what they hold, the simulated kernel does not know. */
export const raidCases: Record<string, Case> = {
  'a raid is what its table says, in the order in which it is printed'(k, { devs }) {
    const row = (args: string, size = 512) => [{ type: 'raid', size, args }];
    const two = `2 - ${devs[0]} - ${devs[1]}`;
    k.create('a', undefined);
    for (const args of [
      `raid9 1 128 ${two}`,
      `raid0 0 ${two}`,
      `raid0 2 128 ${two}`,
      `raid0 1 128 2 - ${devs[0]} -`,
      `raid0 1 x ${two}`,
      `raid6_zr 1 128 3 - ${devs[0]} - ${devs[1]} - -`,
      `raid1 2 0 nothing ${two}`,
      `raid1 3 0 rebuild 2 ${two}`,
      `raid1 5 0 region_size 512 region_size 512 ${two}`,
    ])
      gives('EINVAL', () => k.load('a', row(args), {}), args);
    gives('EINVAL', () => k.load('a', row(`raid0 1 128 ${two}`, 513), {}));
    k.load('a', row(`raid0 1 128 ${two}`), {});
    k.resume('a', {});
    assert.equal(k.table('a', {}), row(`raid0 1 128 ${two}`));
    assert.equal(k.status('a'), row('raid0 2 AA 256/256 idle 0 0 -'));
    assert.equal(k.deps('a').sort(), [...devs].sort());
  },

  'a raid1 with an image that is not there'(k, { devs }) {
    const row = (args: string) => [{ type: 'raid', size: 512, args }];
    k.create('a', undefined);
    k.load('a', row(`raid1 4 0 nosync region_size 8 2 - ${devs[0]} - -`), {});
    k.resume('a', {});
    assert.equal(k.table('a', {}), row(`raid1 4 0 nosync region_size 8 2 - ${devs[0]} - -`));
    assert.match(k.status('a')[0]?.args ?? '', /^raid1 2 A- 512\/512 idle 0 0 -$/);
    assert.equal(k.deps('a'), [devs[0]]);
  },
};
