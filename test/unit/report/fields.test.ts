import { type Kind, kinds } from '#report/choices.js';
import { fieldNamed, fieldsOf, usualFields } from '#report/fields.js';
import { rowsOf } from '#report/rows.js';
import { viewOf } from '#report/views.js';
import { group, ids, metadata, sampleView } from '#test/fixtures/group.js';
import { assert, suite, thrown } from '#test/support/check.js';
import type { DvmError } from '#tool/errors.js';

const fields = suite('report fields');

/** Every field of the row of a kind whose subject is called `name`. */
function valuesOf(kind: Kind, name: string | undefined, view = sampleView()): Record<string, unknown> {
  const row = rowsOf([view], kind, kind, true).find((r) => [r.pv?.label, r.lv?.lv.name, undefined].includes(name));
  assert.ok(row, name);
  return Object.fromEntries(fieldsOf[kind].map((f) => [f.name, f.value(row)]));
}

fields('of a group', () => {
  assert.equal(valuesOf('vg', undefined), {
    vg_name: 'vg-0',
    vg_uuid: ids.vg,
    vg_attr: 'wz-pn-',
    vg_size: 300 * 8192,
    vg_free: (300 - 10 - 20 - 10 - 40 - 5 - 1) * 8192,
    vg_extent_size: 8192,
    vg_extent_count: 300,
    vg_free_count: 214,
    vg_reserved_count: 10,
    pv_count: 3,
    vg_missing_pv_count: 1,
    lv_count: 3,
    vg_partial: true,
    vg_allocation_policy: 'normal',
    vg_tags: ['prod'],
    vg_seqno: 7,
    vg_txn: '1'.repeat(32),
    vg_time: '2024-02-03T04:05:06Z',
    vg_host: 'host1',
    vg_mda_count: 3,
    vg_exported: false,
    vg_autoactivation: true,
  });
});

fields('of a PV', () => {
  assert.equal(valuesOf('pv', '/dev/sda'), {
    pv_name: '/dev/sda',
    pv_uuid: ids.pv1,
    pv_last_path: '/dev/old',
    pv_attr: 'a--',
    pv_size: 100 * 8192,
    pv_free: 49 * 8192,
    pv_used: 41 * 8192,
    dev_size: 830_000,
    pe_start: 2048,
    pv_pe_count: 100,
    pv_pe_alloc_count: 41,
    pv_pe_reserved_count: 10,
    pv_missing: false,
    pv_absent: false,
    pv_allocatable: true,
    pv_read_only: false,
    pv_block_size: 1,
    pv_major: 8,
    pv_minor: 0,
    pv_tags: ['ssd'],
    pv_mda_count: 1,
    pv_mda_size: 8192,
  });
});

fields('of a missing PV: what the envelope remembers', () => {
  const gone = valuesOf('pv', '[missing:/dev/sdz]');
  assert.is(gone.pv_name, null);
  assert.is(gone.pv_last_path, '/dev/sdz');
  assert.is(gone.pv_attr, 'a-m');
  assert.is(gone.pv_missing, true);
  assert.is(gone.pv_absent, true);
  assert.is(gone.dev_size, 830_000);
  assert.is(gone.pv_major, null);
});

fields('of an active volume', () => {
  assert.equal(valuesOf('lv', 'data'), {
    lv_name: 'data',
    lv_full_name: 'vg-0/data',
    lv_uuid: ids.data,
    lv_path: '/dev/dvm/vg-0/data',
    lv_dm_path: '/dev/mapper/vg--0-data',
    lv_attr: '-wi-ao----',
    lv_size: 30 * 8192,
    lv_extent_count: 30,
    seg_count: 2,
    lv_layout: ['linear'],
    lv_active: true,
    lv_suspended: false,
    lv_device_open: true,
    lv_open_count: 2,
    lv_inactive_table: false,
    lv_kernel_major: 253,
    lv_kernel_minor: 0,
    lv_minor: null,
    lv_permissions: 'writeable',
    lv_allocation_policy: 'inherit',
    lv_autoactivation: true,
    lv_hidden: false,
    lv_health_status: null,
    lv_time: '2024-01-02T03:04:05Z',
    lv_tags: ['db', 'keep'],
    sync_percent: null,
    raid_sync_action: null,
    raid_mismatch_count: null,
    pool_lv: null,
    origin: null,
    data_percent: null,
    metadata_percent: null,
    data_lv: null,
    metadata_lv: null,
    chunk_size: null,
    discards: null,
    zero: null,
    lv_when_full: null,
    thin_id: null,
    transaction_id: null,
    cache_mode: null,
    cache_policy: null,
    cache_settings: [],
    cache_total_blocks: null,
    cache_used_blocks: null,
    cache_dirty_blocks: null,
    cache_read_hits: null,
    cache_read_misses: null,
    cache_write_hits: null,
    cache_write_misses: null,
    copy_percent: null,
    hydration: null,
    region_size: null,
    integritymode: null,
    integrityblocksize: null,
    integrity_algorithm: null,
    integritymismatches: null,
    recalculate_percent: null,
    lv_annotations: [],
  });
});

fields('of a suspended volume, found by uuid under another name', () => {
  const fast = valuesOf('lv', 'fast-1');
  assert.is(fast.lv_attr, '-rc-s-----');
  assert.is(fast.lv_suspended, true);
  assert.is(fast.lv_inactive_table, true);
  assert.is(fast.lv_kernel_minor, 1);
});

fields('of a volume that is down: a foreign device of its name does not count', () => {
  const lost = valuesOf('lv', 'lost');
  assert.is(lost.lv_attr, '-wi-----p-');
  assert.is(lost.lv_active, false);
  assert.is(lost.lv_open_count, null);
  assert.is(lost.lv_health_status, 'partial');
  assert.is(lost.lv_autoactivation, false);
});

fields('of segments', () => {
  const rows = rowsOf([sampleView()], 'seg', 'seg', false);
  const of = (name: string) => rows.map((row) => fieldNamed(name).value(row));
  assert.equal(of('lv_name'), ['data', 'data', 'fast-1', 'lost']);
  assert.equal(of('segtype'), ['linear', 'linear', 'striped', 'linear']);
  assert.equal(of('stripes'), [1, 1, 2, 1]);
  assert.equal(of('stripe_size'), [null, null, 128, null]);
  assert.equal(of('seg_start'), [0, 20 * 8192, 0, 0]);
  assert.equal(of('seg_start_pe'), [0, 20, 0, 0]);
  assert.equal(of('seg_size'), [20 * 8192, 10 * 8192, 40 * 8192, 5 * 8192]);
  assert.equal(of('seg_size_pe'), [20, 10, 40, 5]);
  assert.equal(of('devices'), [['/dev/sda(0)'], ['/dev/sdb(50)'], ['/dev/sda(20)', '/dev/sdb(0)'], ['[missing:/dev/sdz](0)']]);
  assert.equal(of('seg_pe_ranges'), [
    ['/dev/sda:0-19'],
    ['/dev/sdb:50-59'],
    ['/dev/sda:20-39', '/dev/sdb:0-19'],
    ['[missing:/dev/sdz]:0-4'],
  ]);
});

fields('of a bare metadata document: names, paths and activation are unknown', () => {
  const view = viewOf({ metadata }, undefined);
  const vg = valuesOf('vg', undefined, view);
  for (const name of ['vg_name', 'vg_uuid', 'vg_seqno', 'vg_partial', 'vg_missing_pv_count', 'vg_mda_count'])
    assert.is(vg[name], null, name);
  assert.is(vg.vg_attr, 'wz--n-');
  const lv = valuesOf('lv', 'lost', view);
  for (const name of ['lv_path', 'lv_dm_path', 'lv_full_name', 'lv_active', 'lv_open_count']) assert.is(lv[name], null, name);
  assert.is(lv.lv_attr, '-wi-XX--X-');
  const pv = valuesOf('pv', ids.pv1, view);
  for (const name of ['pv_name', 'pv_missing', 'pv_absent', 'dev_size', 'pv_last_path']) assert.is(pv[name], null, name);
  assert.is(pv.pv_attr, 'a-X');
});

fields('of a PV that the metadata does not know yet: no sizes', () => {
  const { [ids.pv2]: _, ...pvs } = metadata.pvs;
  const half = { metadata: { ...metadata, pvs }, group };
  const added = valuesOf('pv', '/dev/sdb', viewOf(half, undefined));
  assert.is(added.pv_attr, '---');
  assert.is(added.dev_size, 830_000);
  for (const name of ['pv_size', 'pv_free', 'pv_used', 'pv_pe_count', 'pv_allocatable']) assert.is(added[name], null, name);
});

fields('names are unique, usual fields exist, all are described', () => {
  const all = kinds.flatMap((k) => fieldsOf[k]);
  assert.is(new Set(all.map((f) => f.name)).size, all.length);
  for (const f of all) assert.match(f.describe, /^\S.*\S$/);
  for (const k of kinds) for (const name of usualFields[k]) assert.ok(fieldNamed(name));
});

fields('an unknown one is refused with its neighbours', async () => {
  const e = await thrown<DvmError>(() => fieldNamed('size'));
  assert.is(e.code, 'unknown-field');
  assert.is(e.message, '"size" is not a field of a report');
  assert.is(e.hint, 'did you mean vg_size, vg_extent_size, pv_size, dev_size, pv_block_size, pv_mda_size, lv_size, chunk_size?');
  const f = await thrown<DvmError>(() => fieldNamed('zzz'));
  assert.is(f.hint, 'docs/tools/report.md lists them');
});

fields.run();
