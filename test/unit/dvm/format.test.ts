import { describe } from '#dvm/format.js';
import { assert, suite } from '#test/support/check.js';

const test = suite('dvm in words');
const group = { id: 'g'.repeat(20), name: 'vg' };

test('what is on the disks of others does not reach the terminal as it is', () => {
  const inventory = {
    ...{ kind: 'inventory', version: 1, groups: [], passed: [], duplicates: [] },
    unlabelled: [{ path: '/dev/sda', size: 2048, carries: ['ext4 (filesystem) labelled "\x1b]0;x\x07\u009b2J"'], uses: [] }],
  };
  assert.is(
    describe(inventory),
    'devices without a label:\n  /dev/sda  1M  ext4 (filesystem) labelled "\\x1b]0;x\\x07\\x9b2J"\n',
  );
});

test('a verification: the whole, what is missing, copies that are not current', () => {
  const region = { pv: 'p', region: '/dev/sda:2048+8192', state: 'active', txn: 't', prepared: null, error: null };
  const v = { kind: 'verification', version: 1, group, state: 'missing', txn: 't', missing: ['q'], problems: [] };
  const regions = [
    { ...region, standing: 'current' },
    { ...region, standing: 'unusable', error: 'it is damaged' },
  ];
  assert.is(
    describe({ ...v, regions }),
    'vg: devices are missing\n  PV q is missing\n  /dev/sda:2048+8192 (PV p): unusable, it is damaged\n',
  );
});

test('a transaction that some regions did not take', () => {
  const t = {
    kind: 'transaction',
    version: 1,
    group,
    seqno: 3,
    txn: 't',
    changed: true,
    committed: true,
    devices: [],
    degraded: ['p'],
  };
  assert.match(describe(t), 'vg: version 3 committed\ndegraded: not written to PV p');
});

test('what came of a run: a version, none, nothing at all, or no group any more', () => {
  const t = { kind: 'transaction', version: 1, group, seqno: 3, txn: 't', changed: true, committed: false, devices: [] };
  assert.is(describe({ ...t, devices: [{ action: 'remove', name: 'vg-a' }] }), 'vg: still version 3\n  remove vg-a\n');
  assert.is(describe({ ...t, changed: false }), 'vg: already so (version 3)\n');
  assert.is(describe({ ...t, changed: false, seqno: 0 }), 'vg: already so\n');
  assert.is(describe({ ...t, seqno: 0 }), 'vg: its metadata is gone\n');
});

test('a document without words of its own is shown as it is', () => {
  assert.is(describe({ kind: 'other', version: 1 }), '{"kind":"other","version":1}\n');
  assert.is(describe(undefined), '');
});

test.run();
