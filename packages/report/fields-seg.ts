import { areaLength } from '#metadata/kinds/kinds.js';
import type { Area, Segment } from '#metadata/metadata.js';
import { segFields } from './field.js';
import type { Row } from './views.js';

export const segTable = segFields([
  [
    'segtype',
    'string',
    'Type',
    'linear, striped, error, zero, clone …, or the level of raid',
    (s) => (s.type === 'raid' ? s.level : s.type),
  ],
  ['stripes', 'count', '#Str', 'areas side by side', (s) => s.areas.length],
  [
    'stripe_size',
    'size',
    'Stripe',
    'bytes on one area before the next one; null when linear',
    (s) => ('stripeSize' in s ? (s.stripeSize ?? null) : null),
  ],
  ['seg_start', 'size', 'Start', 'offset in the volume', (s, row) => s.start * row.vg.metadata.vg.extentSize],
  ['seg_start_pe', 'count', 'Start', 'offset in the volume, in extents', (s) => s.start],
  ['seg_size', 'size', 'SSize', 'size of the segment', (s, row) => s.count * row.vg.metadata.vg.extentSize],
  ['seg_size_pe', 'count', 'SSize', 'size of the segment, in extents', (s) => s.count],
  ['devices', 'list', 'Devices', 'where each area begins: PATH(EXTENT)', (s, row) => s.areas.map((a) => device(a, row))],
  [
    'seg_pe_ranges',
    'list',
    'PE Ranges',
    'extents of each area: PATH:FIRST-LAST',
    (s, row) => s.areas.map((a) => range(a, s, row)),
  ],
]);

function device(area: Area, row: Row): string {
  return `${carrier(area, row)}(${area.extent})`;
}

function range(area: Area, s: Segment, row: Row): string {
  return `${carrier(area, row)}:${area.extent}-${area.extent + areaLength(s) - 1}`;
}

function carrier(area: Area, row: Row): string {
  if (area.pv !== undefined) return row.vg.labels.get(area.pv) ?? area.pv;
  return row.vg.metadata.lvs[area.lv ?? '']?.name ?? String(area.lv);
}
