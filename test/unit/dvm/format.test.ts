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

const region = { pv: 'p', region: '/dev/sda:2048+8192', state: 'active', txn: 't', prepared: null, slots: [], error: null };
const verification = {
  ...{ kind: 'verification', version: 1, group, state: 'ok', seqno: 7, txn: 't', full: false },
  ...{ missing: [], regions: [], problems: [], remedies: [] },
};

test('a verification: the whole, what is missing, copies that are not current, the way on', () => {
  const regions = [
    { ...region, standing: 'current' },
    { ...region, standing: 'current', slots: ['valid', 'damaged'] },
    { ...region, standing: 'unusable', state: 'damaged', slots: ['damaged', 'damaged'], error: 'it is damaged' },
  ];
  const missing = [
    { pv: 'q', lastPath: '/dev/sdb', accepted: false },
    { pv: 'r', lastPath: null, accepted: true },
  ];
  const remedies = [{ does: 'go on without the missing devices', command: 'discover vg | tm recover vg --without q' }];
  assert.is(
    describe({ ...verification, state: 'missing', missing, regions, remedies }),
    [
      'vg: devices are missing (version 7)',
      '  PV q is missing, last at /dev/sdb',
      '  PV r is missing; the group goes on without it',
      '  /dev/sda:2048+8192 (PV p): current, superblock 1 is damaged',
      '  /dev/sda:2048+8192 (PV p): unusable, it is damaged',
      '  to go on without the missing devices: dvm recover vg --without q\n',
    ].join('\n'),
  );
  assert.is(describe(verification), 'vg: every copy is current (version 7)\n');
});

test('a group that went apart: every side, and how to keep it', () => {
  const side = {
    txn: 't1',
    parent: 't0',
    seqno: 9,
    time: '2026-01-02T03:04:05Z',
    host: '',
    without: [],
    pvs: ['p', 'q'],
    regions: [],
  };
  const remedies = [
    { does: 'keep transaction t1, give up the others', command: 'discover vg | tm recover vg --from p --from q' },
  ];
  const sides = [side, { ...side, txn: 't2', seqno: null, pvs: ['r'] }];
  assert.is(
    describe({ ...verification, state: 'diverged', seqno: null, sides, remedies }),
    [
      'vg: copies were changed apart',
      '  t1: version 9 of 2026-01-02T03:04:05Z, on PV p, q',
      '  t2: a version that cannot be read, on PV r',
      '  to keep transaction t1, give up the others: dvm recover vg --from p --from q\n',
    ].join('\n'),
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
