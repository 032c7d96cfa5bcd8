import { Draft } from '#metadata/draft.js';
import type { Metadata } from '#metadata/metadata.js';
import { removeGroup } from '#metadata/vg-remove.js';
import { assert, suite, thrown } from '#test/support/check.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('vg_remove');

function metadata(volumes: number, hidden = false): Metadata {
  const lvs: Metadata['lvs'] = {};
  for (let i = 0; i < volumes; i++)
    lvs[`aaaaaaaaaaaaaaaaaa${String.fromCharCode(97 + (i >> 4))}${String.fromCharCode(97 + (i & 15))}`] = {
      name: `v${i}`,
      segments: [],
      ...(hidden ? { hidden: true as const } : {}),
    };
  return { kind: 'metadata', version: 1, vg: { extentSize: 2048, allocation: 'normal' }, pvs: {}, lvs };
}

test('an empty group may go, hidden volumes do not count', () => {
  removeGroup(new Draft(metadata(0)));
  removeGroup(new Draft(metadata(2, true)));
});

test('a group with volumes may not, and says which', async () => {
  const one = await thrown<DvmError>(() => removeGroup(new Draft(metadata(1))));
  assert.is(one.code, 'group-not-empty');
  assert.is(one.exitCode, 83);
  assert.match(one.message, /still has 1 volumes: "v0"$/);
  assert.match((await thrown<DvmError>(() => removeGroup(new Draft(metadata(12))))).message, /and 2 more$/);
});

test.run();
