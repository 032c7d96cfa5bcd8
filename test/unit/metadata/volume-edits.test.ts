import { Draft } from '#metadata/draft.js';
import { isPlain } from '#metadata/kinds/plain.js';
import { reduceVolume, removeVolumes, renameVolume, setVolumes } from '#metadata/lv-edits.js';
import { extendVolume } from '#metadata/lv-extend.js';
import type { Metadata } from '#metadata/metadata.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails, layoutOf, lvId, pvId } from './fixtures.js';

const test = suite('edits of volumes');

test('lv_extend: to a size, by a size, by shares, with other stripes', () => {
  const d = draftOf([32, 32]);
  create(d, 'a', '4');
  const extend = (more: object): string[] => {
    const notes = extendVolume(d, { volume: 'a', pvs: [], ...more });
    return [...layoutOf(d, 'a'), ...notes];
  };
  assert.equal(extend({ size: '20M' }), ['0: 0:0-4']);
  assert.equal(extend({ size: '+5M' }), ['0: 0:0-6', 'volume "a": rounded up to 7 extents, 28M']);
  assert.equal(extend({ extents: '200%LV' }), ['0: 0:0-13']);
  assert.equal(extend({ extents: '14' }), ['0: 0:0-13', 'volume "a" already has 14 extents']);
  assert.equal(extend({ extents: '+8', stripes: 2 }), ['0: 0:0-13', '14: 0:14-17 1:0-3']);
  assert.equal(extend({ extents: '10%FREE', stripes: 1, pvs: ['/dev/loop1'] }), ['0: 0:0-13', '14: 0:14-17 1:0-3', '22: 1:4-7']);
  assert.equal(extend({ extents: '100%FREE' }), ['0: 0:0-13', '14: 0:14-17 1:0-3', '22: 1:4-31', '50: 0:18-31']);
});

test('a striped segment keeps its chunk size, a linear one that becomes striped gets the default', () => {
  const d = draftOf([32, 32], { vg: { extentSize: 64, allocation: 'normal' } });
  create(d, 'a', '4', { id: lvId(902), stripes: 2, stripeSize: 16 });
  extendVolume(d, { volume: 'a', pvs: ['/dev/loop1:9', '/dev/loop0:9'], extents: '+2' });
  create(d, 'b', '4', { id: lvId(903) });
  extendVolume(d, { volume: 'b', pvs: [], extents: '+2', stripes: 2 });
  assert.equal(
    d.lvs[lvId(902)]?.segments.filter(isPlain).map((s) => s.stripeSize),
    [16, 16],
  );
  assert.equal(
    d.lvs[lvId(903)]?.segments.filter(isPlain).map((s) => s.stripeSize),
    [undefined, 64],
  );
});

test('the policy of an extension: the one given, else the volume’s, else the group’s', async () => {
  const d = draftOf([4, 4]);
  create(d, 'a', '4', { allocation: 'contiguous' });
  const more = { volume: 'a', pvs: [], extents: '+1' };
  await fails(() => extendVolume(d, more), 'no-space', 82, /contiguous/);
  extendVolume(d, { ...more, allocation: 'inherit' });
  assert.equal(layoutOf(d, 'a'), ['0: 0:0-3', '4: 1:0-0']);
});

test('lv_extend refuses', async () => {
  const d = draftOf([32]);
  create(d, 'a', '4');
  const e = await fails(
    () => extendVolume(d, { volume: 'a', pvs: [], extents: '3' }),
    'not-larger',
    64,
    /has 4 extents, more than the 3/,
  );
  assert.match(e.hint ?? '', /lv_reduce/);
  await fails(() => extendVolume(d, { volume: 'b', pvs: [], extents: '3' }), 'no-volume', 80, 'volume "b" is not in group "vg"');
  await fails(() => extendVolume(d, { volume: 'a', pvs: [], extents: '-1' }), 'bad-size', 64);
  await fails(() => extendVolume(d, { volume: 'a', pvs: [], extents: '+2', stripes: 200 }), 'bad-stripes', 64);
});

test('lv_reduce: to a size, by a size, whole stripes', () => {
  const d = draftOf([32, 32]);
  create(d, 'a', '10');
  create(d, 's', '12', { stripes: 2 });
  const [note] = reduceVolume(d, 'a', { extents: '-3' });
  assert.is(
    note,
    'volume "a": reduced to 7 extents, 28M; what lies behind is lost: a file system on it must have been shrunk first',
  );
  reduceVolume(d, 's', { extents: '7' });
  assert.equal([...layoutOf(d, 'a'), ...layoutOf(d, 's')], ['0: 0:0-6', '0: 0:10-13 1:0-3']);
  reduceVolume(d, 'a', { size: '-9M' });
  assert.equal(layoutOf(d, 'a'), ['0: 0:0-4'], 'what is taken off is rounded down');
  assert.equal(reduceVolume(d, 'a', { extents: '5' }), ['volume "a" already has 5 extents']);
  extendVolume(d, { volume: 'a', pvs: ['/dev/loop1:20-'], extents: '+5' });
  reduceVolume(d, 'a', { extents: '50%LV' });
  assert.equal(layoutOf(d, 'a'), ['0: 0:0-4'], 'whole segments go');
});

test('lv_reduce refuses', async () => {
  const d = draftOf([32]);
  create(d, 'a', '4');
  await fails(() => reduceVolume(d, 'a', { extents: '-4' }), 'bad-size', 64, /nothing would be left/);
  await fails(() => reduceVolume(d, 'a', { extents: '0' }), 'bad-size', 64, /nothing would be left/);
  await fails(() => reduceVolume(d, 'a', { extents: '5' }), 'not-smaller', 64, /has 4 extents, fewer than the 5/);
});

test('lv_remove: by name, id and tag', () => {
  const d = draftOf([32]);
  for (const [i, name] of ['a', 'b', 'c', 'd'].entries()) create(d, name, '1', { id: lvId(950 + i), tags: i % 2 ? ['odd'] : [] });
  removeVolumes(d, ['@odd', lvId(950), 'a']);
  assert.equal(Object.keys(d.lvs), [lvId(952)]);
});

test('lv_remove refuses', async () => {
  const below = lvId(1);
  const lvs: Metadata['lvs'] = {
    [below]: { name: 'below', segments: [{ start: 0, count: 4, type: 'linear', areas: [{ pv: pvId(0), extent: 0 }] }] },
    [lvId(2)]: { name: 'above', segments: [{ start: 0, count: 4, type: 'linear', areas: [{ lv: below, extent: 0 }] }] },
    [lvId(3)]: {
      name: 'x_tmeta',
      hidden: true,
      segments: [{ start: 0, count: 1, type: 'linear', areas: [{ pv: pvId(0), extent: 9 }] }],
    },
  };
  const d = draftOf([32], { lvs });
  await fails(() => removeVolumes(d, ['nope']), 'no-volume', 80);
  await fails(() => removeVolumes(d, ['@nope']), 'no-tag', 80, 'no volume of group "vg" has the tag "@nope"');
  await fails(() => removeVolumes(d, ['below']), 'volume-in-use', 83, 'volume "below" is used by volume "above"');
  await fails(() => removeVolumes(d, ['x_tmeta']), 'hidden-volume', 83, /is hidden/);
  removeVolumes(d, ['above', 'below']);
  assert.equal(Object.keys(d.lvs), [lvId(3)]);
});

test('lv_rename', async () => {
  const d = draftOf([32]);
  create(d, 'a', '1', { id: lvId(960) });
  create(d, 'b', '1');
  await fails(() => renameVolume(d, 'a', 'b'), 'name-taken', 81);
  await fails(() => renameVolume(d, 'a', 'x_rimage_0'), 'bad-name', 64, /kept for hidden volumes/);
  await fails(() => renameVolume(d, 'z', 'y'), 'no-volume', 80);
  assert.equal(renameVolume(d, 'a', 'a'), ['volume "a" already has that name']);
  renameVolume(d, 'a', 'c-d');
  assert.is(d.idOf('c-d'), lvId(960));
  assert.is(d.idOf('a'), undefined);
  create(d, 'a', '1');
});

test('lv_set changes what is named and nothing else, and stores no defaults', () => {
  const d = draftOf([32]);
  create(d, 'a', '1', { id: lvId(970), tags: ['x'] });
  const before = d.lvs[lvId(970)];
  const none = { addTags: [], delTags: [] };
  setVolumes(d, ['a'], { addTags: ['@y'], delTags: ['x'], readOnly: 'on', autoactivate: 'off', allocation: 'anywhere' });
  const { tags, readOnly, autoactivate, allocation } = d.lvs[lvId(970)] ?? {};
  assert.equal(
    { tags, readOnly, autoactivate, allocation },
    { tags: ['y'], readOnly: true, autoactivate: false, allocation: 'anywhere' },
  );
  setVolumes(d, ['@y'], none);
  assert.is(d.lvs[lvId(970)]?.readOnly, true);
  setVolumes(d, ['a'], { addTags: ['x'], delTags: ['y'], readOnly: 'off', autoactivate: 'on', allocation: 'inherit' });
  assert.equal(d.lvs[lvId(970)], before);
});

test('an edit shares with the document what it leaves alone, and never changes it', () => {
  const first = draftOf([32]);
  create(first, 'a', '1', { id: lvId(980) });
  create(first, 'b', '1', { id: lvId(981) });
  const before = first.result();
  const frozen = JSON.stringify(before);
  const d = new Draft(before);
  extendVolume(d, { volume: 'b', pvs: [], extents: '+1' });
  const after = d.result();
  assert.is(JSON.stringify(before), frozen);
  assert.is(after.lvs[lvId(980)], before.lvs[lvId(980)]);
  assert.is(after.pvs, before.pvs);
  assert.is(new Draft(before).result(), before, 'no edit, the same document');
});

test.run();
