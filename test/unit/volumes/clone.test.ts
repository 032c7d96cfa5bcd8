import type { Current, Desired } from '#dm/documents.js';
import { createClone, type NewClone } from '#metadata/clone/create.js';
import { cloneSegment } from '#metadata/clone/segments.js';
import type { Draft } from '#metadata/draft.js';
import { partIdsFlag } from '#metadata/flags.js';
import { assert, suite } from '#test/support/check.js';
import { mapVolumes } from '#volumes/map-volumes.js';
import { poll } from '#volumes/poll/poll.js';
import { unfinished } from '#volumes/poll/progress.js';
import { beforeOf } from '#volumes/wipe.js';
import { create, draftOf, lvId } from '../metadata/fixtures.js';

const test = suite('clones as devices');
const group = { id: 'g'.repeat(20), name: 'vg' };
const [id, base] = [lvId(900), lvId(901)];

function cloned(more: Partial<NewClone> = {}): Draft {
  const d = draftOf([64]);
  create(d, 'base', '2', { id: base, readOnly: true });
  const flags = { created: '2026-01-01T00:00:00Z', tags: [], readOnly: false, autoactivate: true };
  createClone(d, { ...flags, id, name: 'c', source: 'base', hydration: true, pvs: [], partIds: partIdsFlag(id), ...more });
  return d;
}

const map = (d: Draft, more = {}): Desired => mapVolumes(d, [id], { group, mode: () => 'complete', ...more });
const rows = (d: Desired): Record<string, string[]> =>
  Object.fromEntries(Object.values(d.devices).map((v) => [v.name, v.targets.map((t) => `${t.size} ${t.type} ${t.args}`)]));

test('a clone of a volume brings that one up too', () => {
  assert.equal(rows(map(cloned())), {
    'vg-c': ['16384 clone @vg-c_clmeta @vg-c_cdest @vg-base 128 0 0'],
    'vg-c_cdest': ['16384 linear /dev/loop0 18432'],
    'vg-c_clmeta': ['8192 linear /dev/loop0 34816'],
    'vg-base': ['16384 linear /dev/loop0 2048'],
  });
});

test('of a device: its own size, and the rest of the destination; settings in the kernel’s order', () => {
  const more = { source: '/dev/nbd0', size: '10000s', hydration: false, threshold: 8, batchSize: 4 };
  assert.equal(rows(map(cloned(more)))['vg-c'], [
    '10000 clone @vg-c_clmeta @vg-c_cdest /dev/nbd0 128 1 no_hydration 4 hydration_threshold 8 hydration_batch_size 4',
    '6384 linear @vg-c_cdest 10000',
  ]);
});

test('only what remembers has to be blank', () => {
  const before = beforeOf(cloned().before.lvs);
  const wiped = Object.values(map(cloned(), { before, wipe: 'all' }).devices).filter((d) => d.wipe);
  assert.ok(wiped.some((d) => d.name === 'vg-c_clmeta'));
  assert.not.ok(wiped.some((d) => d.name === 'vg-c_cdest'));
});

/** What the kernel says of the clone. */
function kernel(status: string): Current {
  const device = { dev: '253:0', openCount: 0, suspended: false, readOnly: false, inactive: false, deps: [] };
  const targets = [{ type: 'clone', size: 16_384, args: '' }];
  const uuid = `DVM-${group.id}-${id}`;
  return { kind: 'current', version: 1, devices: { 'vg-c': { ...device, uuid, targets, status: [status] } } };
}
const at = (progress: string, busy = 0, mode = 'rw'): Current =>
  kernel(`8 13/1024 128 ${progress} ${busy} 0 4 hydration_threshold 1 hydration_batch_size 1 ${mode}`);

test('it is taken apart once everything is copied, and not before', () => {
  const notes: string[] = [];
  const d = cloned();
  for (const current of [at('100/128'), at('128/128', 1), kernel('Fail')]) poll(d, group.id, current, (line) => notes.push(line));
  assert.ok(cloneSegment(d.lvs[id]));
  poll(d, group.id, at('128/128'), (line) => notes.push(line));
  assert.equal(notes, ['volume "c" is cloned']);
  assert.equal(Object.values(d.lvs).map((lv) => lv.name).sort(), ['base', 'c']); // biome-ignore format: one line
});

test('how far it is; nothing is waited for that is not going on', () => {
  const d = cloned();
  const one = { volume: 'c', work: 'clone', failed: false };
  assert.equal(unfinished(d, group.id, at('100/128')), [{ ...one, done: 100, of: 128 }]);
  assert.equal(unfinished(d, group.id, at('100/128', 0, 'ro')), [{ ...one, done: 100, of: 128, failed: true }]);
  assert.equal(unfinished(d, group.id, kernel('Fail')), [{ ...one, done: 0, of: 1, failed: true }]);
  assert.equal(unfinished(d, group.id, { ...at('0/1'), devices: {} }), []);
  assert.equal(unfinished(cloned({ hydration: false }), group.id, at('100/128')), []);
});

test.run();
