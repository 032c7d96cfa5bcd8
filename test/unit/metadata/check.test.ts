import { checkMetadata, findProblems } from '#metadata/check.js';
import { Draft } from '#metadata/draft.js';
import type { SegmentOf } from '#metadata/kinds/kind.js';
import { type Lv, type Metadata, metadataType, type Segment } from '#metadata/metadata.js';
import { assert, suite } from '#test/support/check.js';
import { draftOf, fails, groupOf, lvId, metadataOf, pvId } from './fixtures.js';

const linear = (start: number, count: number, pv: number, extent: number): Segment => ({
  start,
  count,
  type: 'linear',
  areas: [{ pv: pvId(pv), extent }],
});
const striped = (count: number, areas: [number, number][], more: Partial<SegmentOf<'striped'>> = {}): Segment => ({
  start: 0,
  count,
  type: 'striped',
  stripeSize: 128,
  areas: areas.map(([pv, extent]) => ({ pv: pvId(pv), extent })),
  ...more,
});
const lv = (name: string, segments: Segment[], more: Partial<Lv> = {}): Lv => ({ name, segments, ...more });
const volumes = (...list: Lv[]): Metadata['lvs'] => Object.fromEntries(list.map((v, i) => [lvId(i), v]));

const test = suite('vg_check');

test('sound metadata passes', () => {
  const lvs = volumes(
    lv('a', [linear(0, 4, 0, 0), linear(4, 2, 1, 0)]),
    lv('s', [striped(8, [[0, 4], [1, 2]])]), // biome-ignore format: pairs
    lv('pool_tdata', [linear(0, 1, 0, 15)], { hidden: true }),
    lv('on-top', [{ start: 0, count: 1, type: 'linear', areas: [{ lv: lvId(2), extent: 0 }] }]),
  );
  const pvs = { ...metadataOf([16, 16]).pvs, [pvId(0)]: { dataStart: 2048, extents: 16, reserved: [{ extent: 10, count: 2 }] } };
  checkMetadata(draftOf([16, 16], { lvs, pvs }));
});

const pvWith = (reserved: { extent: number; count: number }[]): Metadata['pvs'] => ({
  [pvId(0)]: { dataStart: 2048, extents: 16, reserved },
  [pvId(1)]: { dataStart: 2048, extents: 16 },
});
const problems: [string, Partial<Metadata>, RegExp][] = [
  ['extent-size', { vg: { extentSize: 12288, allocation: 'normal' } }, /extent size 12288 is not a power of two/],
  ['unknown-pv', { pvs: { ...metadataOf([16, 16]).pvs, [pvId(7)]: { dataStart: 2048, extents: 1 } } }, /is not one of the group/],
  ['reserved', { pvs: pvWith([{ extent: 4, count: 2 }, { extent: 5, count: 1 }]) }, /reserved extents out of order at 5/], // biome-ignore format: one line
  ['reserved', { pvs: pvWith([{ extent: 15, count: 2 }]) }, /reserved extents behind its end/],
  ['name-taken', { lvs: volumes(lv('a', [linear(0, 1, 0, 0)]), lv('a', [linear(0, 1, 0, 1)])) }, /have one name, "a"/],
  ['minor', { lvs: volumes(lv('a', [linear(0, 1, 0, 0)], { minor: 3 }), lv('b', [linear(0, 1, 0, 1)], { minor: 3 })) }, /have one minor number, 3/], // biome-ignore format: one line
  ['bad-name', { lvs: volumes(lv('a/b', [linear(0, 1, 0, 0)])) }, /contains a slash/],
  ['bad-name', { lvs: volumes(lv('a_tdata', [linear(0, 1, 0, 0)])) }, /suffix kept for hidden volumes/],
  ['bad-name', { lvs: volumes(lv('n'.repeat(125), [linear(0, 1, 0, 0)])) }, /longer than 127 bytes/],
  ['empty', { lvs: volumes(lv('a', [])) }, /has no segments/],
  ['segments', { lvs: volumes(lv('a', [linear(1, 1, 0, 0)])) }, /a segment at 1 where one at 0 is due/],
  ['segments', { lvs: volumes(lv('a', [linear(0, 2, 0, 0), linear(3, 1, 0, 4)])) }, /a segment at 3 where one at 2 is due/],
  ['stripes', { lvs: volumes(lv('a', [striped(2, [[0, 0], [1, 0]], { type: 'linear' })])) }, /linear segment at 0 of 2 areas/], // biome-ignore format: one line
  ['stripes', { lvs: volumes(lv('a', [striped(1, [[0, 0]], { type: 'linear' })])) }, /with a stripe size$/],
  ['stripes', { lvs: volumes(lv('a', [striped(2, [[0, 0]])])) }, /of one area/],
  ['stripes', { lvs: volumes(lv('a', [striped(3, [[0, 0], [1, 0]])])) }, /whose 3 extents do not divide by 2/], // biome-ignore format: one line
  ['stripes', { lvs: volumes(lv('a', [striped(2, [[0, 0], [1, 0]], { stripeSize: 100 })])) }, /stripe size of 100 sectors/], // biome-ignore format: one line
  ['stripes', { lvs: volumes(lv('a', [{ start: 0, count: 2, type: 'striped', areas: striped(2, [[0, 0], [1, 0]]).areas }])) }, /without a stripe size/], // biome-ignore format: one line
  ['reference', { lvs: volumes(lv('a', [linear(0, 1, 9, 0)])) }, /lies on PV "pvj+", which does not exist/],
  [
    'reference',
    { lvs: volumes(lv('a', [{ ...linear(0, 1, 0, 0), areas: [{ lv: lvId(5), extent: 0 }] }])) },
    /volume "lv.*" ?, which does not/,
  ],
  ['reference', { lvs: volumes(lv('a', [{ ...linear(0, 1, 0, 0), areas: [{ lv: lvId(0), extent: 0 }] }])) }, /lies on itself/],
  ['outside', { lvs: volumes(lv('a', [linear(0, 3, 0, 14)])) }, /uses extents 14-16 of PV ".*", which has 16/],
  [
    'used-twice',
    { lvs: volumes(lv('a', [linear(0, 9, 0, 0)]), lv('b', [linear(0, 1, 0, 1)]), lv('c', [linear(0, 1, 0, 8)])) },
    /extents 1-1 .* are used by a and b/,
  ],
  [
    'used-twice',
    { lvs: volumes(lv('a', [linear(0, 4, 0, 1)])), pvs: pvWith([{ extent: 3, count: 4 }]) },
    /extents 3-4 .* used by a and a metadata region/,
  ],
];
for (const [code, more, message] of problems)
  test(`finds: ${code} ${message.source}`, async () => {
    const draft = draftOf([16, 16], more);
    metadataType.parse(draft.before, 'the schema alone lets it through');
    const found = findProblems(draft);
    assert.ok(
      found.some((p) => p.code === code && message.test(p.message)),
      JSON.stringify(found),
    );
    await fails(() => checkMetadata(draft), 'bad-metadata', 65, /^metadata of group "vg" is wrong: /);
  });

test('all problems are listed', async () => {
  const lvs = volumes(lv('a', [linear(0, 9, 0, 0)]), lv('b', [linear(0, 1, 0, 1)]), lv('c', [linear(0, 1, 0, 8)]));
  const e = await fails(
    () => checkMetadata(new Draft(metadataOf([16], { lvs }))),
    'bad-metadata',
    65,
    /the group is wrong: .*, and 1 more$/,
  );
  assert.equal((e.details as unknown[]).length, 2);
});

test('a PV that only a device names belongs to the group', () => {
  const group = groupOf([66, 66], metadataOf([16, 16]));
  const { [pvId(1)]: _, ...pvs } = group.envelope.pvs;
  checkMetadata(new Draft(metadataOf([16, 16]), { envelope: { ...group.envelope, pvs }, devices: group.devices }));
});

test.run();

const schema = suite('metadata schema');
const sample = metadataOf([16], { lvs: volumes(lv('a', [linear(0, 1, 0, 0)])) });
const [first] = Object.keys(sample.lvs);
const withLv = (change: object): unknown => ({ ...sample, lvs: { [first ?? '']: { ...sample.lvs[first ?? ''], ...change } } });
const withPv = (change: object): unknown => ({ ...sample, pvs: { [pvId(0)]: { ...sample.pvs[pvId(0)], ...change } } });
const withSegment = (change: object): unknown => withLv({ segments: [{ ...linear(0, 1, 0, 0), ...change }] });

const valid: unknown[] = [
  sample,
  metadataOf([]),
  withLv({
    tags: ['x', 'y/z'],
    readOnly: true,
    autoactivate: false,
    hidden: true,
    allocation: 'cling',
    created: '2026-01-01T00:00:00Z',
  }),
  withPv({ tags: ['ssd'], allocatable: false, reserved: [{ extent: 0, count: 1 }] }),
  withSegment({ areas: [{ lv: lvId(1), extent: 0 }] }),
];
for (const [i, value] of valid.entries()) schema(`takes valid sample ${i}`, () => void metadataType.parse(value, 'sample'));

const invalid: Record<string, unknown> = {
  'no vg': { ...sample, vg: undefined },
  'another key': { ...sample, extra: 1 },
  'an extent size of 0': { ...sample, vg: { extentSize: 0, allocation: 'normal' } },
  'an unknown policy': { ...sample, vg: { extentSize: 8192, allocation: 'lucky' } },
  'the policy inherit': withLv({ allocation: 'inherit' }),
  'an id in capitals': { ...sample, lvs: { AAAAAAAAAAAAAAAAAAAA: sample.lvs[first ?? ''] } },
  'an empty name': withLv({ name: '' }),
  'a default that is written out': withLv({ readOnly: false }),
  'allocatable that is written out': withPv({ allocatable: true }),
  'a tag with a space': withLv({ tags: ['a b'] }),
  'a tag twice': withLv({ tags: ['a', 'a'] }),
  'a negative extent': withSegment({ areas: [{ pv: pvId(0), extent: -1 }] }),
  'an area on nothing': withSegment({ areas: [{ extent: 0 }] }),
  'an area on both': withSegment({ areas: [{ pv: pvId(0), lv: lvId(0), extent: 0 }] }),
  'no areas': withSegment({ areas: [] }),
  'an empty segment': withSegment({ count: 0 }),
  'an unknown type': withSegment({ type: 'magic' }),
  'half an extent': withSegment({ start: 0.5 }),
};
for (const [what, value] of Object.entries(invalid))
  schema(`refuses ${what}`, () =>
    fails(() => metadataType.parse(JSON.parse(JSON.stringify(value)), 'sample'), 'bad-document', 65).then(() => {}),
  );

schema.run();
