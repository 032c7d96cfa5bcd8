import type { Current } from '#dm/documents.js';
import type { Raid } from '#metadata/kinds/raid.js';
import type { Lv } from '#metadata/metadata.js';
import { raidOf } from '#metadata/raid/resize.js';
import { activationOf } from '#report/activation.js';
import { fieldNamed } from '#report/fields.js';
import { reporting, viewOf } from '#report/views.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, groupOf } from '../metadata/fixtures.js';

const test = suite('raid volumes in reports');

/** The fields of a raid1 `a`, or of a hidden volume of it, with what the kernel says. */
function fields(status: string | undefined, { name = 'a', lost = false, more = {} as Partial<Raid> } = {}) {
  const draft = draftOf([64, 64]);
  create(draft, 'a', '8', { type: 'raid1' });
  const id = draft.idOf('a') ?? '';
  const lv = draft.lvs[id] as Lv;
  draft.setLv(id, { ...lv, segments: [{ ...(raidOf(lv) as Raid), ...more }] });
  const group = { ...groupOf([300, 300], draft.result()) };
  const devices = lost ? Object.fromEntries(Object.entries(group.devices).slice(1)) : group.devices;
  const subject = { metadata: draft.result(), group: { ...group, devices } };
  const [uuid = ''] = reporting(subject);
  const device: Current['devices'][string] = {
    ...{ uuid, dev: '254:0', openCount: 0, suspended: false, readOnly: false, inactive: false, deps: [] },
    ...{ targets: [{ type: 'raid', size: 1, args: '' }], status: [status ?? ''] },
  };
  const live = status === undefined ? {} : { 'vg-a': device };
  const view = viewOf(subject, activationOf({ kind: 'current', version: 1, devices: live }));
  const row = { vg: view, lv: view.lvs.find((l) => l.lv.name === name) };
  return (field: string) => fieldNamed(field).value(row);
}

const values = (of: (field: string) => unknown) =>
  ['lv_attr', 'sync_percent', 'raid_sync_action', 'raid_mismatch_count', 'lv_health_status'].map(of);

test('how far it is, and what was found', () => {
  assert.equal(values(fields('raid1 2 aa 1/3 resync 0 0 -')), ['rwi-a-r---', 33.33, 'resync', 0, null]);
  assert.equal(values(fields('raid1 2 AA 3/3 idle 128 0 -')), ['rwi-a-r-m-', 100, 'idle', 128, 'mismatches exist']);
  assert.equal(values(fields('raid1 2 AA 1/3 check 128 0 -')), ['rwi-a-r---', 33.33, 'check', 128, null]);
});

test('an image that failed, by the kernel or the metadata; one whose device is missing', () => {
  assert.is(fields('raid1 2 AD 3/3 idle 0 0 -')('lv_attr'), 'rwi-a-r-r-');
  assert.is(fields(undefined, { more: { failed: [1] } })('lv_health_status'), 'refresh needed');
  assert.is(fields(undefined, { lost: true })('lv_attr'), 'rwi---r-p-');
});

test('down, and hidden volumes', () => {
  assert.equal(values(fields(undefined)), ['rwi---r---', null, null, null, null]);
  assert.is(fields(undefined, { name: 'a_rimage_1' })('lv_attr'), 'iwi---r---');
  assert.is(fields(undefined, { name: 'a_rmeta_1' })('lv_attr'), 'ewi---r---');
  assert.equal(fields(undefined)('lv_layout'), ['raid', 'raid1']);
});

test.run();
