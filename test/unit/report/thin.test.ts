import { askActivation } from '#report/activation.js';
import { fieldsOf } from '#report/fields.js';
import { reporting, viewOf } from '#report/views.js';
import { assert, suite } from '#test/support/check.js';
import { draftOf, groupOf } from '../metadata/fixtures.js';
import { createPools } from '../metadata/thin-fixtures.js';

const test = suite('report of thin volumes');

/** What the kernel says of a pool that is three quarters full, and of a volume of 100 extents of which one has chunks. */
const poolLine = '1 12/1024 48/64 - rw discard_passdown queue_if_no_space - 256';
const thinLine = '8192 8191';

function valuesOf(name: string): Record<string, unknown> {
  const draft = draftOf([100]);
  createPools(draft);
  const subject = { metadata: draft.result(), group: groupOf([402], draft.result()) };
  const uuids = [...reporting(subject)];
  const info = { openCount: 1, eventNr: 0, suspended: false, readOnly: false, liveTable: true, inactiveTable: false };
  const kernel = {
    list: () => uuids.map((uuid, i) => ({ name: uuid, dev: `253:${i}` })),
    info: (ref: unknown) => ({ name: String(ref), uuid: String(ref), dev: '253:0', ...info }),
    status: (ref: unknown) => [{ type: 'x', size: 8, args: String(ref).endsWith('-tpool') ? poolLine : thinLine }],
  };
  const vg = viewOf(subject, askActivation(kernel, new Set(uuids)));
  const lv = vg.lvs.find((l) => l.lv.name === name);
  return Object.fromEntries(fieldsOf.lv.map((f) => [f.name, f.value({ vg, lv })]));
}

test('a pool says how full it is, and what it does then', () => {
  const { data_percent, metadata_percent, chunk_size, lv_when_full, discards, zero, transaction_id, data_lv, metadata_lv, pool_lv } = valuesOf('pool'); // biome-ignore format: one line
  assert.equal([data_percent, metadata_percent, chunk_size], [75, 1.17, 128]);
  assert.equal([lv_when_full, discards, zero, transaction_id], ['queue', 'passdown', true, 1]);
  assert.equal([data_lv, metadata_lv, pool_lv], ['pool_tdata', 'pool_tmeta', null]);
  assert.is(valuesOf('pool').lv_attr, 'twi---tz--');
});

test('a snapshot says of what, in which pool, and how much of it has chunks', () => {
  const { origin, pool_lv, data_percent, metadata_percent, thin_id, lv_attr, chunk_size } = valuesOf('snap');
  assert.equal([origin, pool_lv, thin_id, lv_attr], ['thin', 'pool', 2, 'Vwi-aotz--']);
  assert.equal([data_percent, metadata_percent, chunk_size], [1, null, null]);
});

test.run();
