import { findProblems } from '#metadata/check.js';
import { Draft } from '#metadata/draft.js';
import { partsOf } from '#metadata/kinds/kinds.js';
import { removeVolumes, renameVolume } from '#metadata/lv-edits.js';
import type { Lv } from '#metadata/metadata.js';
import { assert, suite } from '#test/support/check.js';
import { fails, lvId, metadataOf, pvId } from './fixtures.js';

/** Volumes that stand on others. */
const test = suite('kinds of segments');

const onPv: Lv = { name: 'base', segments: [{ start: 0, count: 4, type: 'linear', areas: [{ pv: pvId(0), extent: 0 }] }] };
const onBase: Lv = { name: 'top', segments: [{ start: 0, count: 2, type: 'linear', areas: [{ lv: lvId(1), extent: 1 }] }] };

function draft(lvs: Record<string, Lv>): Draft {
  return new Draft(metadataOf([16], { lvs }));
}

test('error and zero segments lie nowhere', () => {
  const lv: Lv = {
    name: 'a',
    segments: [
      { start: 0, count: 4, type: 'error', areas: [] },
      { start: 4, count: 4, type: 'zero', areas: [] },
    ],
  };
  const d = draft({ [lvId(1)]: lv });
  assert.equal(findProblems(d), []);
  assert.equal(d.free.of(pvId(0)), [{ start: 0, count: 16 }]);
});

test('a base is not a part: it stays when what stands on it goes, and cannot go before it', async () => {
  const d = draft({ [lvId(1)]: onPv, [lvId(2)]: onBase });
  assert.equal(findProblems(d), []);
  assert.equal(partsOf(d.lvs, lvId(2)), []);
  await fails(() => removeVolumes(d, ['base']), 'volume-in-use', 83);
  removeVolumes(d, ['top']);
  assert.equal(Object.keys(d.lvs), [lvId(1)]);
});

test('renaming leaves a base alone', () => {
  const d = draft({ [lvId(1)]: onPv, [lvId(2)]: onBase });
  renameVolume(d, 'top', 'other');
  assert.is(d.lvs[lvId(1)]?.name, 'base');
});

test('a volume that stands on one that does not exist, or on itself, is named', () => {
  const missing = findProblems(draft({ [lvId(2)]: onBase }));
  assert.match(missing.map((p) => p.message).join(), /lies on volume ".*", which does not exist/);
  const self = findProblems(draft({ [lvId(1)]: onBase }));
  assert.match(self.map((p) => p.message).join(), /lies on itself/);
});

test.run();
