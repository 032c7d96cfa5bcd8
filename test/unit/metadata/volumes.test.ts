import { Draft } from '#metadata/draft.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails, layoutOf, lvId, metadataOf, pvId } from './fixtures.js';

const test = suite('volumes');

test('a new volume stores only what is not the default', () => {
  const d = draftOf([16]);
  create(d, 'a', '4', { id: lvId(900) });
  assert.equal(d.lvs[lvId(900)], {
    name: 'a',
    created: '2026-01-01T00:00:00Z',
    segments: [{ start: 0, count: 4, type: 'linear', areas: [{ pv: pvId(0), extent: 0 }] }],
  });
  const more = { tags: ['@y', 'x', 'y'], readOnly: true, autoactivate: false, allocation: 'cling' as const };
  create(d, 'b', '4', { id: lvId(901), ...more });
  const { tags, readOnly, autoactivate, allocation } = d.lvs[lvId(901)] ?? {};
  assert.equal({ tags, readOnly, autoactivate, allocation }, { ...more, tags: ['x', 'y'] });
});

test('sizes are rounded up to extents and whole stripes, with a note', () => {
  const d = draftOf([16, 16]);
  const by = (size: string, stripes: number) => ({ size, extents: undefined, stripes });
  assert.equal(create(d, 'a', '', by('9M', 1)), ['volume "a": rounded up to 3 extents, 12M']);
  assert.equal(create(d, 'b', '', by('12M', 2)), ['volume "b": rounded up to 4 extents, 16M']);
  assert.equal(create(d, 'c', '', by('8M', 1)), []);
  assert.equal(create(d, 'd', '3', { stripes: 2 }), ['volume "d": rounded up to 4 extents, 16M']);
});

test('shares: of all extents, the free ones, those of the PVs given; rounded down, as much as is possible', () => {
  const d = draftOf([16, 32, 16]);
  create(d, 'a', '25%VG');
  create(d, 'b', '51%PVS', { pvs: ['/dev/loop1:0-15'] });
  assert.equal([...layoutOf(d, 'a'), ...layoutOf(d, 'b')], ['0: 0:0-15', '0: 1:0-7']);
  create(d, 'c', '50%FREE');
  assert.equal(layoutOf(d, 'c'), ['0: 1:8-27']);
  create(d, 'd', '100%FREE', { stripes: 2 });
  assert.equal(layoutOf(d, 'd'), ['0: 2:0-3 1:28-31'], 'the rest lies on one PV');
});

const badCreates: [string, Parameters<typeof create>[3] & { name?: string }, string, number, RegExp][] = [
  ['no size', { extents: undefined }, 'no-size', 64, /one of --size and --extents/],
  ['two sizes', { size: '1G' }, 'no-size', 64, /one of --size and --extents/],
  ['size 0', { extents: '0' }, 'bad-size', 64, /size of volume "x" is 0/],
  ['no number', { extents: '1.5' }, 'bad-size', 64, /extents "1.5" is not a whole number/],
  ['a share of nothing', { extents: '10%' }, 'bad-size', 64, /not a number and one of %VG, %FREE, %PVS$/],
  ['a share of itself', { extents: '10%LV' }, 'bad-size', 64, /share "10%LV"/],
  ['no unit', { size: '100', extents: undefined }, 'bad-size', 64, /no unit/],
  ['an empty share', { extents: '1%FREE' }, 'no-space', 82, /needs 1 extents/],
  ['a bad name', { name: 'a/b' }, 'bad-name', 64, /contains a slash/],
  ['a long name', { name: 'n'.repeat(125) }, 'bad-name', 64, /with group name "vg", longer than 127 bytes/],
  ['a name in use', { name: 'a' }, 'name-taken', 81, /volume "a" already exists in group "vg"/],
  ['an id in use', { id: lvId(999) }, 'id-taken', 81, /already belongs to a volume/],
  ['0 stripes', { stripes: 0 }, 'bad-stripes', 64, /number of stripes 0 is not within 1 to 128/],
  ['129 stripes', { stripes: 129 }, 'bad-stripes', 64, /129/],
  ['an odd chunk', { stripes: 2, stripeSize: 24 }, 'bad-stripe-size', 64, /stripe size 12K is not a power of two/],
  ['a chunk larger than an extent', { stripes: 2, stripeSize: 16384 }, 'bad-stripe-size', 64, /the extent size, 4M/],
  ['a bad tag', { tags: ['a b'] }, 'bad-tag', 64, /tag "a b"/],
  ['an unknown PV', { pvs: ['/dev/sdz'] }, 'no-pv', 80, /PV "\/dev\/sdz" is not in group "vg"/],
  ['an unknown tag', { pvs: ['@none'] }, 'no-tag', 80, /no PV of group "vg" has the tag "@none"/],
  [
    'extents outside',
    { pvs: ['/dev/loop0:3-16'] },
    'bad-extents',
    64,
    /extents "3-16" are not within PV "\/dev\/loop0", which has 16/,
  ],
  ['extents backwards', { pvs: ['/dev/loop0:5-3'] }, 'bad-extents', 64, /extents "5-3"/],
];
for (const [what, { name = 'x', ...more }, code, exit, message] of badCreates)
  test(`lv_create refuses ${what}`, async () => {
    const d = draftOf([16, 16]);
    create(d, 'a', '1', { id: lvId(999) });
    await fails(() => create(d, name, '4', more), code, exit, message);
    assert.equal(Object.keys(d.lvs), [lvId(999)]);
  });

test('PV lists: ids, tags, open and counted ranges, unions', () => {
  const pvs = { [pvId(0)]: { dataStart: 2048, extents: 16, tags: ['fast'] }, [pvId(1)]: { dataStart: 2048, extents: 16 } };
  const each: [string[], string[]][] = [
    [[pvId(1)], ['0: 1:0-3']],
    [['@fast:4+4'], ['0: 0:4-7']],
    [['/dev/loop1:12-'], ['0: 1:12-15']],
    [['/dev/loop0:1:3-5'], ['0: 0:3-5', '3: 0:1-1']],
    [['/dev/loop0:0-1', '/dev/loop0:1-3'], ['0: 0:0-3']],
    [['/dev/loop0:9', '/dev/loop0'], ['0: 0:0-3']],
  ];
  for (const [list, layout] of each) {
    const d = draftOf([16, 16], { pvs });
    create(d, 'x', '4', { pvs: list });
    assert.equal(layoutOf(d, 'x'), layout, list.join(' '));
  }
});

test('a bare metadata document knows no paths and has no missing PVs', async () => {
  const d = new Draft(metadataOf([4, 4]));
  create(d, 'a', '4');
  assert.equal(layoutOf(d, 'a'), ['0: 0:0-3']);
  const e = await fails(() => create(d, 'b', '1', { pvs: ['/dev/loop0'] }), 'no-pv', 80, 'PV "/dev/loop0" is not in the group');
  assert.match(e.hint ?? '', 'paths are only known in a group document');
});

test('PVs are taken in the order of their paths, numbers as numbers', () => {
  const before = draftOf([4, 4, 4]);
  const path = ['/dev/loop10', '/dev/loop9', '/dev/disk1'];
  const devices = Object.fromEntries(
    Object.entries(before.devices ?? {}).map(([id, d], i) => [id, { ...d, path: path[i] ?? '' }]),
  );
  const d = new Draft(before.before, { devices });
  for (const name of ['a', 'b', 'c']) create(d, name, '4');
  assert.equal([...layoutOf(d, 'a'), ...layoutOf(d, 'b'), ...layoutOf(d, 'c')], ['0: 2:0-3', '0: 1:0-3', '0: 0:0-3']);
});

test.run();
