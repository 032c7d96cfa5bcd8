import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { devices, dvm, pipe, tables, unsettled } from '#test/support/guest.js';
import { digest, fill, synced } from '#test/support/raid.js';

const disks = ['/dev/ubda', '/dev/ubdb', '/dev/ubdc', '/dev/ubdd', '/dev/ubde', '/dev/ubdf'];

/** From the first type on from one to the next: no byte of data moves. */
const chains: Record<string, [make: string, steps: [convert: string, table: RegExp][]]> = {
  'stripes and parity at the end': [
    '--stripes 2',
    [
      ['raid0', / raid raid0 1 128 2 - /],
      ['raid4', / raid raid4 \d+ 128 .*region_size 4096 3 /],
      ['raid0', / raid raid0 1 128 2 - /],
      ['raid5_n', / raid raid5_n \d+ 128 .*region_size 4096 3 /],
      ['raid6_n_6', / raid raid6_n_6 \d+ 128 .*region_size 4096 4 /],
      ['raid5_n', / raid raid5_n 3 128 region_size 4096 3 /],
      ['striped', / striped 2 128 /],
      ['raid6_n_6', / raid raid6_n_6 \d+ 128 .*region_size 4096 4 /],
      ['raid0', / raid raid0 1 128 2 - /],
      ['striped', / striped 2 128 /],
    ],
  ],
  'stripes and copies': [
    '--type raid0 --stripes 3',
    [
      ['raid10', / raid raid10 \d+ 128 .*region_size 4096 raid10_copies 2 6 /],
      ['striped', / striped 3 128 /],
    ],
  ],
  'parity that rotates': [
    '--type raid5_ls --stripes 3',
    [
      ['raid6', / raid raid6_ls_6 \d+ 128 .*region_size 4096 5 /],
      ['raid5_ls', / raid raid5_ls 3 128 region_size 4096 4 /],
    ],
  ],
  'copies and parity of one': [
    '--type linear',
    [
      ['raid5', / raid raid5_\w+ \d+ 128 .*region_size 4096 2 /],
      ['raid1', / raid raid1 \d+ 0 .*region_size 4096 2 /],
      ['raid4', / raid raid4 \d+ 128 .*region_size 4096 2 /],
      ['linear', / linear /],
    ],
  ],
};

guestTests({ disks: disks.map(() => '64M') }, () => {
  const test = suite('takeovers of raid');
  test('a group', async () => {
    await dvm`create vg ${disks} --extent-size 1M`;
  });
  for (const [n, [name, [make, steps]]] of Object.entries(chains).entries())
    test(name, async () => {
      const [target, dm, path] = [`vg/v${n}`, `vg-v${n}`, `/dev/dvm/vg/v${n}`];
      await dvm`create ${target} --size 12M ${make.split(' ')}`;
      let sum = fill(path, 12, 1);
      for (const [i, [type, table]] of steps.entries()) {
        if (tables()[dm]?.[0]?.includes('region_size')) synced(dm);
        await pipe`discover vg | tm update vg -- vg_check`;
        await dvm`convert ${target} --type ${type}`;
        assert.match(tables()[dm]?.[0] ?? '', table);
        if (tables()[dm]?.[0]?.includes('region_size')) synced(dm);
        assert.is(digest(path, 12), sum, type);
        sum = fill(path, 12, i + 2);
        await dvm`deactivate ${target}`;
        await dvm`activate ${target}`;
        assert.is(digest(path, 12), sum, `${type}, down and up`);
      }
      assert.equal(unsettled(), []);
      await dvm`remove ${target}`;
      assert.equal(devices(), []);
    });
  test.run();
});
