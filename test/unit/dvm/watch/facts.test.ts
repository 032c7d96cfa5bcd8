import type { Current } from '#dm/documents.js';
import { factsOf } from '#dvm/watch/facts.js';
import { assert, suite } from '#test/support/check.js';

/** What the kernel's devices tell dvm watch. */
const test = suite('watch facts');

type Device = Current['devices'][string];

const device = (uuid: string, type: string, status: string, size = 4096): Device => ({
  ...{ uuid, dev: '254:0', openCount: 0, suspended: false, readOnly: false, inactive: false, deps: [], eventNr: 0 },
  targets: [{ type, size, args: '' }],
  status: [status],
});

/** Of a pool that is to tell when 12 chunks are left. */
const withLowWater = (status: string): Device => ({
  ...device('DVM-g-v-tpool', 'thin-pool', status),
  targets: [{ type: 'thin-pool', size: 4096, args: '254:1 254:2 128 12 1 skip_block_zeroing' }],
});

const facts = (name: string, d: Device) => factsOf({ kind: 'current', version: 1, devices: { [name]: d } });
const told = (name: string, d: Device): unknown[] => facts(name, d).map(({ group: _, volume: __, name: ___, ...rest }) => rest);

test('a thin pool: its chunks, its metadata in sectors', () => {
  const pool = withLowWater('1 5/1024 60/64 - rw discard_passdown queue_if_no_space - 0');
  assert.equal(facts('vg-pool-tpool', pool), [
    { group: 'g', volume: 'v', name: 'vg-pool-tpool', what: 'data', used: 60, total: 64, size: 4096, lowWater: 12 },
    { group: 'g', volume: 'v', name: 'vg-pool-tpool', what: 'metadata', used: 5, total: 1024, size: 8192 },
  ]);
  for (const status of ['Fail', '1 5/1024 60/64 - ro discard_passdown queue_if_no_space needs_check 0'])
    assert.match(JSON.stringify(told('x', device('DVM-g-v-tpool', 'thin-pool', status))), /broken.*takes no changes/);
});

test('a thick snapshot, as long as it holds something', () => {
  const snapshot = (status: string): unknown[] => told('x', device('DVM-g-v', 'snapshot', status));
  assert.equal(snapshot('16/8192 16'), [{ what: 'snapshot', used: 16, total: 8192, size: 8192 }]);
  for (const status of ['Invalid', 'Overflow']) assert.match(JSON.stringify(snapshot(status)), /broken.*ran full/);
  assert.equal(snapshot('Unknown'), []);
});

test('raid, when images are lost', () => {
  const raid = (health: string): unknown[] => told('x', device('DVM-g-v', 'raid', `raid1 2 ${health} 8192/8192 idle 0 0 -`));
  assert.equal(raid('AA'), []);
  assert.equal(raid('Aa'), []);
  assert.equal(raid('AD'), [{ what: 'raid', health: 'AD' }]);
  assert.equal(raid('A-'), [{ what: 'raid', health: 'A-' }]);
});

test('what is finished: merges, and moves but no other mirror', () => {
  assert.equal(told('x', device('DVM-g-v', 'snapshot-merge', '16/8192 16')), [{ what: 'finished', work: 'merge' }]);
  assert.equal(told('x', device('DVM-g-v', 'snapshot-merge', '64/8192 16')), []);
  const mirror = (name: string, status: string): unknown[] => told(name, device('DVM-g-v-layer', 'mirror', status));
  assert.equal(mirror('vg-pvmove0', '2 254:1 254:2 400/400 1 AA 1 core'), [{ what: 'finished', work: 'move' }]);
  assert.equal(mirror('vg-pvmove0', '2 254:1 254:2 399/400 1 AA 1 core'), []);
  assert.equal(mirror('vg-pvmove0', '2 254:1 254:2 400/400 1 AD 1 core'), []);
  assert.equal(mirror('vg-m', '2 254:1 254:2 400/400 1 AA 1 core'), []);
});

test("others' devices tell nothing", () => {
  assert.equal(facts('x', device('LVM-gv-tpool', 'thin-pool', '1 5/1024 60/64 - rw discard_passdown queue_if_no_space - 0')), []);
});

test.run();
