import { renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Current } from '#dm/documents.js';
import { findingsOf, type Patient } from '#dvm/doctor-groups.js';
import { assert, suite } from '#test/support/check.js';
import { type Bench, withBench } from '#test/support/dvm-bench.js';
import type { Verification } from '#tm/verify.js';
import { fail } from '#tool/errors.js';

/** What the doctor says of groups. */
const test = suite('doctor of groups');

interface Finding {
  what: string;
  state: string;
  message: string;
  hint?: string;
}

async function ofGroup(b: Bench, name: string): Promise<Finding[]> {
  const { findings } = (await b.run('doctor', '--json', ...b.sim)) as { findings: Finding[] };
  return findings.filter((f) => f.what === `group ${name}`);
}

test('a group that is well, and one that misses a device', () =>
  withBench(2, async (b) => {
    await b.run('create', 'vg', b.disk(0), b.disk(1), '--extent-size', '1M', ...b.sim);
    await b.run('create', 'vg/a', '--size', '1M', ...b.sim);
    assert.equal(await ofGroup(b, 'vg'), [{ what: 'group vg', state: 'ok', message: 'nothing is wrong; devices: 2' }]);
    renameSync(b.disk(1), join(b.dir, 'away'));
    const [lost] = await ofGroup(b, 'vg');
    assert.match(lost?.message ?? '', /^PV \w+ is missing, last at .*disk1.img$/);
    assert.match(lost?.hint ?? '', /^bring it back, or go on without it: dvm recover vg --without \w+$/);
    assert.is(b.exitCode(), 1);
    assert.match(String(await b.run('doctor', ...b.sim)), /\nwrong {4}group vg: PV \w+ is missing/);
  }));

const [group, volume] = ['g'.repeat(20), 'v'.repeat(20)];

function patient(more: Partial<Patient>): Patient {
  const devices: Patient['devices'] = {
    ...{ kind: 'devices', version: 1, group: { id: group, name: 'vg' }, devices: {}, missing: {}, problems: [] },
  };
  return { devices, verification: verification('ok'), group: fail('notFound', 'no-metadata', 'none'), ...more };
}

function verification(state: Verification['state']): Verification {
  return {
    kind: 'verification',
    version: 1,
    group: { id: group, name: 'vg' },
    state,
    seqno: 1,
    txn: null,
    full: true,
    missing: [],
    regions: [],
    problems: [],
    remedies: [],
  };
}

const none: Current = { kind: 'current', version: 1, devices: {} };
const messages = (p: Patient, current = none): string[] => findingsOf(p, current).map((f) => `${f.message} → ${f.hint ?? ''}`);

test('copies of the metadata', () => {
  const of = (v: Patient['verification']): string[] => messages(patient({ verification: v }));
  assert.equal(of(verification('pending')), ['an activation is unfinished → dvm recover vg']);
  assert.equal(of(verification('interrupted')), ['a change was interrupted → dvm recover vg']);
  assert.equal(of(verification('out-of-sync')), ['copies of the metadata are behind or cannot be read → dvm recover vg']);
  assert.equal(of(verification('damaged')), ['copies of the metadata are damaged → dvm recover vg']);
  assert.equal(of(verification('diverged')), ['copies of the metadata went apart → dvm verify vg shows the sides']);
  assert.equal(of(fail('io', 'x', 'it cannot be read', { hint: 'see to it' })), ['it cannot be read → see to it']);
});

const device = (more: Partial<Current['devices'][string]>): Current => ({
  ...none,
  devices: {
    'vg-a': {
      ...{ uuid: `DVM-${group}-${volume}`, dev: '254:0', openCount: 0, suspended: false, readOnly: false, inactive: false },
      ...{ deps: [], eventNr: 0, targets: [] },
      ...more,
    },
  },
});

test('devices of the kernel', () => {
  const of = (current: Current): string[] => messages(patient({}), current);
  assert.equal(of(device({ suspended: true })), ['device vg-a is suspended: whoever uses it waits → dvm recover vg']);
  assert.equal(of(device({ inactive: true })), ['device vg-a has a table that was never taken into use → dvm recover vg']);
  const raid = { targets: [{ type: 'raid', size: 1, args: '' }], status: ['raid1 2 AD 8192/8192 idle 0 0 -'] };
  assert.equal(of(device(raid)), [`vg/${volume}: images are AD → dvm repair vg/${volume}`]);
  const pool = (status: string) => ({ targets: [{ type: 'thin-pool', size: 1, args: '' }], status: [status] });
  assert.equal(of(device(pool('1 9/10 79/100 - rw discard_passdown queue_if_no_space - 0'))), [
    `vg/${volume}: 90 % of its metadata is used → dvm extend vg/${volume} --metadata-size +SIZE`,
  ]);
  assert.equal(of(device(pool('1 1/10 80/100 - rw discard_passdown queue_if_no_space - 0'))), [
    `vg/${volume}: 80 % is used → dvm extend vg/${volume} --size +SIZE`,
  ]);
  assert.match(of(device(pool('Fail')))[0] ?? '', /takes no changes/);
  const merged = { targets: [{ type: 'snapshot-merge', size: 1, args: '' }], status: ['16/64 16'] };
  assert.match(of(device(merged))[0] ?? '', /the merge is finished; the next change records it/);
  assert.equal(of(device({ suspended: true, uuid: 'DVM-other-x' })), ['nothing is wrong; devices: 0 → ']);
});

test('a device that belongs to no volume', () => {
  const metadata = { kind: 'metadata', version: 1, vg: { extentSize: 2048, allocation: 'normal' }, pvs: {}, lvs: {} } as const;
  const envelope = { group: { id: group, name: 'vg' } } as unknown as Extract<
    Patient['group'],
    { envelope: unknown }
  >['envelope'];
  const document: Patient['group'] = { kind: 'group', version: 1, envelope, devices: {}, metadata };
  assert.equal(messages(patient({ group: document }), device({})), ['device vg-a belongs to no volume → dvm recover vg']);
});

test.run();
