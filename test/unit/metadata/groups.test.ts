import { Draft } from '#metadata/draft.js';
import { type EditableGroup, editableGroupType, editableType, open } from '#metadata/editable.js';
import type { Metadata } from '#metadata/metadata.js';
import { addPvs, removePvs, resizePvs, setPvs } from '#metadata/pv-edits.js';
import { createMetadata } from '#metadata/vg-create.js';
import { setGroup } from '#metadata/vg-set.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails, groupOf, layoutOf, lvId, MIB, metadataOf, pvId } from './fixtures.js';

const settings = { extentSize: 8192, allocation: 'normal' as const, tags: [] };
const none = { addTags: [], delTags: [] };

/** A group like `group`, its nth PV with another size and other regions. */
function withDevice(group: EditableGroup, n: number, size: number, regions: { start: number; length: number }[]): EditableGroup {
  const device = { path: `/dev/loop${n}`, size, blockSize: 512 as const, regions };
  return { ...group, devices: { ...group.devices, [pvId(n)]: device } };
}

const test = suite('groups');

test('vg_create takes the PVs of the envelope and the devices', () => {
  const group = withDevice(groupOf([66, 30]), 2, 66 * MIB, [{ start: MIB, length: 4 * MIB }]);
  const metadata = createMetadata(group, { ...settings, tags: ['@b', 'a'] });
  assert.equal(metadata, {
    kind: 'metadata',
    version: 1,
    vg: { extentSize: 8192, allocation: 'normal', tags: ['a', 'b'] },
    pvs: {
      [pvId(0)]: { dataStart: MIB, extents: 16 },
      [pvId(1)]: { dataStart: MIB, extents: 7 },
      [pvId(2)]: { dataStart: 5 * MIB, extents: 15 },
    },
    lvs: {},
  });
});

test('extents under other regions are reserved', () => {
  const regions = [
    { start: MIB, length: 4 * MIB },
    { start: 6 * MIB, length: MIB },
    { start: 20 * MIB, length: 4 * MIB },
    { start: 64 * MIB, length: MIB },
  ];
  const pv = createMetadata(withDevice(groupOf([66]), 0, 66 * MIB, regions), settings).pvs[pvId(0)];
  assert.equal(pv, {
    dataStart: 5 * MIB,
    extents: 15,
    reserved: [
      { extent: 0, count: 1 },
      { extent: 3, count: 2 },
      { extent: 14, count: 1 },
    ],
  });
});

test('vg_create refuses', async () => {
  await fails(
    () => createMetadata(groupOf([66], metadataOf([16])), settings),
    'has-metadata',
    81,
    'group "vg" already has metadata',
  );
  for (const extentSize of [4, 12288, 2 ** 26])
    await fails(
      () => createMetadata(groupOf([66]), { ...settings, extentSize }),
      'bad-extent-size',
      64,
      /not a power of two from 4K to 16G/,
    );
  await fails(() => createMetadata(groupOf([2]), settings), 'device-too-small', 82);
});

test('a group without metadata is for vg_create alone', async () => {
  await fails(() => open(editableType.parse(groupOf([66]), 'x')), 'no-metadata', 80, 'group "vg" has no metadata yet');
  assert.is(open(editableType.parse(groupOf([66], metadataOf([16])), 'x')).groupName, 'vg');
  assert.is(open(editableType.parse(metadataOf([16]), 'x')).groupName, undefined);
});

test('documents of another kind or version, and bad metadata inside a group', async () => {
  await fails(() => editableType.parse({ kind: 'devices', version: 1 }, 'in'), 'wrong-kind', 65);
  await fails(() => editableType.parse(null, 'in'), 'wrong-kind', 65);
  await fails(() => editableGroupType.parse(metadataOf([1]), 'in'), 'wrong-kind', 65);
  await fails(() => editableType.parse({ ...metadataOf([1]), version: 2 }, 'in'), 'newer-version', 65);
  const bad = { ...groupOf([66]), metadata: { ...metadataOf([1]), pvs: [] } };
  await fails(() => editableType.parse(bad, 'in'), 'bad-document', 65, /"metadata of in" is not a valid "metadata": \/pvs/);
});

test('vg_set: policy and tags', () => {
  const d = draftOf([16]);
  setGroup(d, { ...none, allocation: 'cling', addTags: ['x'] });
  assert.equal(d.vg, { extentSize: 8192, allocation: 'cling', tags: ['x'] });
  setGroup(d, { ...none, delTags: ['@x'] });
  assert.equal(d.vg, { extentSize: 8192, allocation: 'cling' });
});

test('vg_set: extents become smaller or larger, data stays where it is', async () => {
  const d = draftOf([17, 16]);
  create(d, 'a', '8', { stripes: 2, id: lvId(1) });
  setGroup(d, { ...none, extentSize: 2048 });
  assert.equal([d.pvs[pvId(0)]?.extents, ...layoutOf(d, 'a')], [68, '0: 0:0-15 1:0-15']);
  setGroup(d, { ...none, extentSize: 16384 });
  assert.equal([d.pvs[pvId(0)]?.extents, ...layoutOf(d, 'a')], [8, '0: 0:0-1 1:0-1']);
  await fails(() => setGroup(d, { ...none, extentSize: 65536 }), 'extents-do-not-fit', 83, /volume "a" does not begin and end/);
  await fails(() => setGroup(d, { ...none, extentSize: 64 }), 'extents-do-not-fit', 83, /stripe size of 128 sectors/);
  await fails(() => setGroup(d, { ...none, extentSize: 100 }), 'bad-extent-size', 64);
});

test('vg_set: reserved extents are rounded outwards', () => {
  const pvs: Metadata['pvs'] = { [pvId(0)]: { dataStart: MIB, extents: 16, reserved: [{ extent: 5, count: 2 }] } };
  const d = draftOf([16], { pvs });
  setGroup(d, { ...none, extentSize: 16384 });
  assert.equal(d.pvs[pvId(0)]?.reserved, [{ extent: 2, count: 2 }]);
});

test('pv_add adds what is missing, once', async () => {
  const group = groupOf([66, 66, 66], { ...metadataOf([16]) });
  const d = open(group);
  assert.equal(addPvs(d, ['/dev/loop2']), [pvId(2)]);
  assert.equal(addPvs(d, []), [pvId(1)]);
  assert.equal(addPvs(d, []), []);
  assert.equal(d.pvs[pvId(1)], { dataStart: MIB, extents: 16 });
  await fails(() => addPvs(d, ['/dev/loop7']), 'no-pv', 80, 'PV "/dev/loop7" is not in group "vg"');
  await fails(() => addPvs(d, [pvId(9)]), 'no-pv', 80);
  await fails(() => addPvs(new Draft(metadataOf([16])), []), 'no-devices', 65, /does not say how large/);
});

test('a PV added in the same draft can be allocated from', () => {
  const d = open(groupOf([66, 66], metadataOf([16])));
  create(d, 'a', '16');
  addPvs(d, []);
  create(d, 'b', '16');
  assert.equal(layoutOf(d, 'b'), ['0: 1:0-15']);
});

test('pv_remove refuses a PV in use, and names who uses it', async () => {
  const d = draftOf([16, 16]);
  create(d, 'b', '2');
  create(d, 'a', '2');
  const e = await fails(() => removePvs(d, ['/dev/loop0']), 'pv-in-use', 83, 'PV "/dev/loop0" is used by "a", "b"');
  assert.equal(e.details, { volumes: ['a', 'b'] });
  for (let i = 0; i < 10; i++) create(d, `v${i}`, '1');
  await fails(() => removePvs(d, [pvId(0)]), 'pv-in-use', 83, /"v7" and 2 more volumes$/);
  removePvs(d, ['/dev/loop1']);
  assert.equal(Object.keys(d.pvs), [pvId(0)]);
  await fails(() => removePvs(d, ['/dev/loop1']), 'no-pv', 80);
});

test('pv_resize follows the device', async () => {
  const group = groupOf([66, 66], metadataOf([16, 16]));
  const d = open(withDevice(group, 0, 130 * MIB, [{ start: 100 * MIB, length: MIB }]));
  resizePvs(d, ['/dev/loop0']);
  assert.equal(d.pvs[pvId(0)], { dataStart: MIB, extents: 32, reserved: [{ extent: 24, count: 1 }] });
  const before = d.pvs;
  resizePvs(d, [pvId(1), pvId(0)]);
  assert.is(d.pvs, before, 'already so');
  const small = open(withDevice(group, 0, 34 * MIB, []));
  create(small, 'a', '9');
  await fails(() => resizePvs(small, ['/dev/loop0']), 'pv-in-use', 83, 'PV "/dev/loop0" would lose extents that "a" uses');
  const region = open(withDevice(group, 0, 66 * MIB, [{ start: 5 * MIB, length: MIB }]));
  create(region, 'a', '2');
  await fails(() => resizePvs(region, [pvId(0)]), 'pv-in-use', 83, /would lose extents/);
  await fails(() => resizePvs(new Draft(metadataOf([16])), [pvId(0)]), 'no-devices', 65);
});

test('pv_resize keeps where extent 0 is', () => {
  const group = groupOf([66], metadataOf([16]));
  const d = open(withDevice(group, 0, 66 * MIB, [{ start: MIB, length: 8 * MIB }]));
  resizePvs(d, [pvId(0)]);
  assert.equal(d.pvs[pvId(0)], { dataStart: MIB, extents: 16, reserved: [{ extent: 0, count: 2 }] });
});

test('pv_set', async () => {
  const d = draftOf([16, 16]);
  const before = d.pvs[pvId(0)];
  setPvs(d, ['/dev/loop0'], { allocatable: 'off', addTags: ['x'], delTags: [] });
  assert.equal(d.pvs[pvId(0)], { dataStart: MIB, extents: 16, allocatable: false, tags: ['x'] });
  setPvs(d, ['@x'], none);
  setPvs(d, ['@x'], { allocatable: 'on', addTags: [], delTags: ['x'] });
  assert.equal(d.pvs[pvId(0)], before);
  await fails(() => setPvs(d, ['@x'], none), 'no-tag', 80);
});

test.run();
