import { SECTOR } from '#tool/units.js';
import { pvFields, type Value } from './field.js';
import type { PvView, Row } from './views.js';

export const pvTable = pvFields([
  ['pv_name', 'string', 'PV', 'path of the device; null when it is missing', (p) => p.found?.path ?? null],
  ['pv_uuid', 'string', 'PV UUID', 'id of the PV', (p) => p.id],
  ['pv_last_path', 'string', 'Last Path', 'path at the last transaction', (p) => p.listed?.path ?? null],
  ['pv_attr', 'string', 'Attr', 'letters as pvs prints them: a(llocatable) - m(issing)', attr],
  ['pv_size', 'size', 'PSize', 'size of its extents', (p, row) => inSectors(p.pv?.extents, row)],
  ['pv_free', 'size', 'PFree', 'unallocated space', (p, row) => inSectors(p.pv && p.free, row)],
  ['pv_used', 'size', 'Used', 'allocated space', (p, row) => inSectors(allocated(p), row)],
  ['dev_size', 'size', 'DevSize', 'size of the device', (p) => p.found?.size ?? p.listed?.size ?? null],
  ['pe_start', 'size', '1st PE', 'offset of the first extent', (p) => p.pv?.dataStart ?? null],
  ['pv_pe_count', 'count', 'PE', 'extents', (p) => p.pv?.extents ?? null],
  ['pv_pe_alloc_count', 'count', 'Alloc', 'allocated extents', (p) => allocated(p) ?? null],
  ['pv_pe_reserved_count', 'count', 'Rsvd', 'extents kept for metadata regions', (p) => (p.pv ? p.reserved : null)],
  ['pv_missing', 'boolean', 'Missing', 'no device carries it', (p) => p.missing],
  ['pv_absent', 'boolean', 'Absent', 'missed the last transaction', (p, row) => absent(p, row)],
  [
    'pv_allocatable',
    'boolean',
    'Allocatable',
    'new extents may be taken from it',
    (p) => (p.pv ? p.pv.allocatable !== false : null),
  ],
  ['pv_read_only', 'boolean', 'RO', 'the device is read-only', (p) => (p.found ? p.found.readOnly === true : null)],
  ['pv_block_size', 'size', 'Block', 'logical block size of the device', (p) => (p.found ? p.found.blockSize / SECTOR : null)],
  ['pv_major', 'count', 'PMaj', 'major number of the device', (p) => part(p, 0)],
  ['pv_minor', 'count', 'PMin', 'minor number of the device', (p) => part(p, 1)],
  ['pv_tags', 'list', 'PV Tags', 'tags', (p) => p.pv?.tags ?? []],
  ['pv_mda_count', 'count', '#PMda', 'metadata regions on it', (p) => p.listed?.regions.length ?? null],
  [
    'pv_mda_size',
    'size',
    'PMdaSize',
    'size of its metadata regions',
    (p) => p.listed?.regions.reduce((n, r) => n + r.length, 0) ?? null,
  ],
]);

function inSectors(extents: number | undefined, row: Row): Value {
  return extents === undefined ? null : extents * row.vg.metadata.vg.extentSize;
}

function allocated(p: PvView): number | undefined {
  return p.pv && p.pv.extents - p.reserved - p.free;
}

function attr(p: PvView): string {
  const missing = p.missing === null ? 'X' : p.missing ? 'm' : '-';
  return `${p.pv && p.pv.allocatable !== false ? 'a' : '-'}-${missing}`;
}

function absent(p: PvView, row: Row): Value {
  return row.vg.envelope ? Object.hasOwn(row.vg.envelope.absent ?? {}, p.id) : null;
}

function part(p: PvView, index: 0 | 1): Value {
  return p.found?.dev === undefined ? null : Number(p.found.dev.split(':')[index]);
}
