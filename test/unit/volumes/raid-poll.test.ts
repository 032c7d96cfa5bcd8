import type { Current } from '#dm/documents.js';
import type { Draft } from '#metadata/draft.js';
import type { Raid } from '#metadata/kinds/raid.js';
import type { Lv } from '#metadata/metadata.js';
import { raidOf } from '#metadata/raid/resize.js';
import { assert, suite } from '#test/support/check.js';
import { poll } from '#volumes/poll/poll.js';
import { create, draftOf } from '../metadata/fixtures.js';

const test = suite('what has become of raid images');
const group = 'g'.repeat(20);

/** `rebuild/syncing/failed` after a poll of a raid1 of three images. */
function after(before: Partial<Raid>, health: string, args = ''): string {
  const draft: Draft = draftOf([32, 32, 32]);
  create(draft, 'a', '8', { type: 'raid1', mirrors: 2 });
  const id = draft.idOf('a') ?? '';
  const raid = (): Raid => raidOf(draft.lvs[id] as Lv) as Raid;
  draft.setLv(id, { ...(draft.lvs[id] as Lv), segments: [{ ...raid(), ...before }] });
  const device: Current['devices'][string] = {
    ...{ uuid: `DVM-${group}-${id}`, dev: '254:0', openCount: 0, suspended: false, readOnly: false, inactive: false, deps: [] },
    targets: [{ type: 'raid', size: 1, args: `raid1 3 0 region_size 4096${args} 3` }],
    status: [`raid1 ${health.length} ${health} 10/100 recover 0 0 -`],
  };
  poll(draft, group, { kind: 'current', version: 1, devices: { 'vg-a': device } }, () => {});
  const { rebuild = [], syncing = [], failed = [] } = raid();
  return [rebuild, syncing, failed].map((l) => l.join()).join('/');
}

test('from being told to being whole', () => {
  assert.is(after({ rebuild: [1] }, 'AAA'), '1//'); // the table does not say so yet
  assert.is(after({ rebuild: [1] }, 'AaA', ' rebuild 1'), '/1/');
  assert.is(after({ rebuild: [1] }, 'AAA', ' rebuild 1'), '//');
  assert.is(after({ syncing: [1] }, 'AaA'), '/1/');
  assert.is(after({ syncing: [1] }, 'AAA'), '//');
});

test('given up, and back', () => {
  assert.is(after({}, 'ADA'), '//1');
  assert.is(after({ rebuild: [1] }, 'ADA'), '1//1');
  assert.is(after({ failed: [1] }, 'AaA'), '/1/');
  assert.is(after({ failed: [1] }, 'AAA'), '//');
});

test('one that is not there stays as it was, and the first synchronisation is no rebuild', () => {
  assert.is(after({ failed: [1], rebuild: [2] }, 'A--'), '2//1');
  assert.is(after({}, 'aaa'), '//');
});

test('another number of images is somebody else', () => {
  assert.is(after({ syncing: [1] }, 'AA'), '/1/');
});

test.run();
