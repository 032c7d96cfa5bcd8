import { vgFields } from './field.js';
import type { VgView } from './views.js';

const letter = { contiguous: 'c', cling: 'l', normal: 'n', anywhere: 'a' } as const;

export const vgTable = vgFields([
  ['vg_name', 'string', 'VG', 'name of the group', (v) => v.name],
  ['vg_uuid', 'string', 'VG UUID', 'id of the group', (v) => v.id],
  ['vg_attr', 'string', 'Attr', 'letters as vgs prints them: w z x(exported) p(artial) allocation -', attr],
  ['vg_size', 'size', 'VSize', 'size of all PVs', (v) => total(v, (p) => p.pv?.extents ?? 0)],
  ['vg_free', 'size', 'VFree', 'unallocated space', (v) => free(v) * v.metadata.vg.extentSize],
  ['vg_extent_size', 'size', 'Ext', 'size of an extent', (v) => v.metadata.vg.extentSize],
  ['vg_extent_count', 'count', '#Ext', 'extents of all PVs', (v) => sum(v, (p) => p.pv?.extents ?? 0)],
  ['vg_free_count', 'count', 'Free', 'unallocated extents', free],
  ['vg_reserved_count', 'count', '#Rsvd', 'extents kept for metadata regions', (v) => sum(v, (p) => p.reserved)],
  ['pv_count', 'count', '#PV', 'PVs', (v) => v.pvs.length],
  [
    'vg_missing_pv_count',
    'count',
    '#PV Missing',
    'PVs without a device',
    (v) => (v.envelope ? v.pvs.filter((p) => p.missing).length : null),
  ],
  ['lv_count', 'count', '#LV', 'volumes, hidden ones left out', (v) => v.lvs.filter((l) => !l.lv.hidden).length],
  ['vg_partial', 'boolean', 'Partial', 'a PV is missing', (v) => (v.envelope ? v.pvs.some((p) => p.missing) : null)],
  ['vg_allocation_policy', 'string', 'AllocPol', 'allocation policy', (v) => v.metadata.vg.allocation],
  ['vg_exported', 'boolean', 'Exported', 'taken out of use', (v) => v.metadata.vg.exported === true],
  ['vg_autoactivation', 'boolean', 'AutoAct', 'its volumes are activated at boot', (v) => v.metadata.vg.autoactivate !== false],
  ['vg_tags', 'list', 'VG Tags', 'tags', (v) => v.metadata.vg.tags ?? []],
  ['vg_seqno', 'count', 'Seq', 'number of the last transaction', (v) => v.envelope?.seqno ?? null],
  ['vg_txn', 'string', 'Txn', 'id of the last transaction', (v) => v.envelope?.txn ?? null],
  ['vg_time', 'string', 'VG Time', 'time of the last transaction, RFC 3339', (v) => v.envelope?.time ?? null],
  ['vg_host', 'string', 'Host', 'machine that wrote the last transaction', (v) => v.envelope?.host ?? null],
  [
    'vg_mda_count',
    'count',
    '#VMda',
    'metadata regions',
    (v) => (v.envelope ? sum(v, (p) => p.listed?.regions.length ?? 0) : null),
  ],
]);

function sum(v: VgView, of: (pv: VgView['pvs'][number]) => number): number {
  return v.pvs.reduce((n, p) => n + of(p), 0);
}

function total(v: VgView, of: (pv: VgView['pvs'][number]) => number): number {
  return sum(v, of) * v.metadata.vg.extentSize;
}

function free(v: VgView): number {
  return sum(v, (p) => p.free);
}

function attr(v: VgView): string {
  return `wz${v.metadata.vg.exported ? 'x' : '-'}${v.pvs.some((p) => p.missing) ? 'p' : '-'}${letter[v.metadata.vg.allocation]}-`;
}
