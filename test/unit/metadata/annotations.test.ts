import { editAnnotations } from '#metadata/annotations.js';
import { removeVolumes, renameVolume, setVolumes } from '#metadata/lv-edits.js';
import { createSnapshot } from '#metadata/snapshot.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails, lvId } from './fixtures.js';
import { createPools } from './thin-fixtures.js';

const test = suite('annotations of volumes');
const none = { addTags: [], delTags: [] };

test('set, replaced, removed; in order of their keys; nothing is stored for none', () => {
  assert.equal(JSON.stringify(editAnnotations(undefined, ['b=2', 'a=1=x'])), '{"a":"1=x","b":"2"}');
  assert.equal(editAnnotations({ a: '1', b: '2' }, ['a=3', 'b=']), { a: '3' });
  assert.is(editAnnotations({ a: '1' }, ['a=', 'c=']), undefined);
  assert.equal(editAnnotations({ a: '1' }), { a: '1' });
});

test('refused: no form, no key, too long, too many, half a character', async () => {
  await fails(() => editAnnotations(undefined, ['dot']), 'bad-annotation', 64, /KEY=VALUE/);
  for (const word of ['=x', 'Dot=x', '1=x', `${'a'.repeat(65)}=x`])
    await fails(() => editAnnotations(undefined, [word]), 'bad-annotation', 64, /key/);
  await fails(() => editAnnotations(undefined, [`a=${'x'.repeat(8193)}`]), 'bad-annotation', 64, /8193 characters/);
  await fails(() => editAnnotations(undefined, ['a=\ud800']), 'bad-annotation', 64, /Unicode/);
  const many = [...Array(17).keys()].map((i) => `a${i}=x`);
  await fails(() => editAnnotations(undefined, many), 'bad-annotation', 64, /17 annotations, more than 16/);
  assert.is(Object.keys(editAnnotations(undefined, many.slice(1)) ?? {}).length, 16);
});

test('a volume keeps them through renames and other settings, and a snapshot has its own', () => {
  const d = draftOf([32]);
  createPools(d);
  const id = d.idOf('thin') as string;
  setVolumes(d, ['thin'], { ...none, annotate: ['dot=one'] });
  renameVolume(d, 'thin', 'renamed');
  setVolumes(d, ['renamed'], { addTags: ['x'], delTags: [] });
  assert.equal(d.lvs[id]?.annotations, { dot: 'one' });
  const snapshot = { id: lvId(701), name: 's', created: '', tags: [], readOnly: true, autoactivate: true };
  createSnapshot(d, { ...snapshot, origin: 'renamed', pvs: [], annotate: ['dot=two'] });
  assert.equal([d.lvs[id]?.annotations, d.lvs[lvId(701)]?.annotations], [{ dot: 'one' }, { dot: 'two' }]);
  removeVolumes(d, ['renamed']);
  assert.equal(d.lvs[lvId(701)]?.annotations, { dot: 'two' });
});

test('a new volume has them from the start', () => {
  const d = draftOf([8]);
  create(d, 'a', '1', { id: lvId(702), annotate: ['k=v'] });
  assert.equal(d.lvs[lvId(702)]?.annotations, { k: 'v' });
});

test.run();
