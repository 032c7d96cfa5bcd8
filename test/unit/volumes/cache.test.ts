import type { Current } from '#dm/documents.js';
import { removeCache } from '#metadata/cache/remove.js';
import { Draft } from '#metadata/draft.js';
import { repairVolume } from '#metadata/repair.js';
import { assert, suite } from '#test/support/check.js';
import { mapVolumes } from '#volumes/map-volumes.js';
import type { ActivationMode } from '#volumes/mode.js';
import { poll } from '#volumes/poll/poll.js';
import { unfinished } from '#volumes/poll/progress.js';
import { cache, cacheOf, change, partIds } from '../metadata/cache-fixtures.js';
import { create, draftOf, fails } from '../metadata/fixtures.js';

const test = suite('cached volumes as devices');
const group = { id: 'g'.repeat(20), name: 'vg' };

function cached(more: Parameters<typeof cache>[2] = {}): Draft {
  const draft = draftOf([64, 64]);
  create(draft, 'a', '8');
  cache(draft, 'a', more);
  return draft;
}

function rows(draft: Draft, mode: ActivationMode = 'complete'): Record<string, string> {
  const { devices } = mapVolumes(draft, [draft.idOf('a') ?? ''], { group, mode: () => mode });
  return Object.fromEntries(Object.values(devices).map(({ name, targets }) => [name, targets.map((t) => `${t.type} ${t.args}`).join('; ')])); // biome-ignore format: one line
}

/** A device of volume `a` with a cache of 10 chunks, of which so many are not written back. */
function live(draft: Draft, dirty: number | 'Fail', words = 'writethrough cleaner', layer = ''): Current {
  const uuid = `DVM-${group.id}-${draft.idOf('a')}${layer}`;
  const [mode, policy] = words.split(' ');
  const status =
    dirty === 'Fail'
      ? dirty
      : `8 27/1024 128 10/256 1 2 3 4 0 0 ${dirty} 2 metadata2 ${mode} 2 migration_threshold 2048 ${policy} 0 rw -`;
  const device = { uuid, dev: '254:0', openCount: 0, suspended: false, readOnly: false, inactive: false, deps: [] };
  const targets = [{ type: 'cache', size: 1, args: `1:1 1:2 1:3 128 2 metadata2 ${words} 0` }];
  return { kind: 'current', version: 1, devices: { 'vg-a': { ...device, targets, status: [status] } } };
}

const nothing: Current = { kind: 'current', version: 1, devices: {} };
function off(draft: Draft): Draft {
  removeCache(draft, { volume: 'a', drop: false, force: false });
  return draft;
}

function polled(draft: Draft, current: Current): string[] {
  const notes: string[] = [];
  poll(draft, group.id, current, (line) => notes.push(line));
  return notes;
}

test('in the words and the order in which the kernel prints them', () => {
  const draft = cached({ mode: 'writeback', settings: { b: 2, a: 1 } });
  assert.is(rows(draft)['vg-a'], 'cache @vg-a_cmeta @vg-a_cdata @vg-a_corig 128 2 metadata2 writeback smq 4 a 1 b 2');
  assert.is(rows(off(draft))['vg-a'], 'cache @vg-a_cmeta @vg-a_cdata @vg-a_corig 128 2 metadata2 writethrough cleaner 0');
});

test('without its cache a volume does not come up', async () => {
  const draft = cached();
  const devices = Object.fromEntries(Object.entries(draft.devices ?? {}).slice(0, 1));
  const lost = new Draft(draft.result(), { ...(draft.envelope && { envelope: draft.envelope }), devices });
  await fails(() => rows(lost), 'missing-device', 84);
  await fails(() => rows(lost, 'degraded'), 'missing-device', 84);
  assert.equal(rows(lost, 'partial'), { 'vg-a': 'error ' });
});

test('repaired metadata is made from the old', () => {
  const draft = cached();
  const previous = draft.lvs;
  const next = new Draft(draft.result(), { ...(draft.devices && { devices: draft.devices }) });
  repairVolume(next, { volume: 'a', replace: [], pvs: [], partIds });
  const { repairs } = mapVolumes(next, [], { group, mode: () => 'complete', previous });
  assert.equal(repairs?.map(({ kind, uuid, name }) => [kind, uuid, name]), [['cache', `DVM-${group.id}-${next.idOf('a')}`, 'vg-a']]); // biome-ignore format: one line
});

test('what is written back is taken off, at once where nobody uses it and nothing can be lost', () => {
  for (const [current, gone] of [
    [(d: Draft) => live(d, 3), false],
    [(d: Draft) => live(d, 'Fail'), false],
    [(d: Draft) => live(d, 0, 'writeback smq'), false],
    [(d: Draft) => live(d, 0), true],
    [(d: Draft) => live(d, 0, 'writethrough cleaner', '-real'), true],
    [() => nothing, true],
  ] as const) {
    const draft = off(cached());
    polled(draft, current(draft));
    assert.is(cacheOf(draft, 'a') === undefined, gone);
  }
});

test('a cache that may be dirty waits until its volume is active', () => {
  const draft = off(cached({ mode: 'writeback' }));
  assert.match(polled(draft, nothing).join(), /written back when that is active/);
  assert.ok(cacheOf(draft, 'a'));
  assert.match(polled(draft, live(draft, 0)).join(), /cache of volume "a" is gone/);
  assert.is(draft.idOf('a_cdata'), undefined);
});

test('one that was writeback is clean when all is written back', () => {
  const draft = cached();
  change(draft, 'a', { dirty: true });
  polled(draft, live(draft, 2, 'writethrough smq'));
  assert.is(cacheOf(draft, 'a')?.dirty, true);
  polled(draft, live(draft, 0, 'writeback smq'));
  assert.is(cacheOf(draft, 'a')?.dirty, true);
  polled(draft, live(draft, 0, 'writethrough smq'));
  assert.is(cacheOf(draft, 'a')?.dirty, undefined);
});

test('how far it is', () => {
  const draft = off(cached());
  const left = (dirty: number | 'Fail') => unfinished(draft, group.id, live(draft, dirty));
  assert.equal(left(4), [{ volume: 'a', work: 'flush', done: 6, of: 10, failed: false }]);
  assert.equal(left(0), []);
  assert.equal(left('Fail').map((p) => p.failed), [true]); // biome-ignore format: one line
  assert.equal(unfinished(cached(), group.id, live(draft, 4)), []);
});

test.run();
