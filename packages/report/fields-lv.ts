import { dmName } from '#documents/names.js';
import { poolSegment, thinSegment } from '#metadata/thin/segments.js';
import { lvFields, type Value } from './field.js';
import { cacheLetters } from './fields-cache.js';
import { raidHealth, raidLetters } from './fields-raid.js';
import type { LvView, Row } from './views.js';

const letter = { contiguous: 'c', cling: 'l', normal: 'n', anywhere: 'a' } as const;

export const lvTable = lvFields([
  ['lv_name', 'string', 'LV', 'name of the volume', (l) => l.lv.name],
  ['lv_full_name', 'string', 'LV', 'GROUP/VOLUME', (l, row) => inGroup(l, row, '')],
  ['lv_uuid', 'string', 'LV UUID', 'id of the volume', (l) => l.id],
  [
    'lv_path',
    'string',
    'Path',
    'link to the device, there while it is active',
    (l, row) => (l.lv.hidden ? null : inGroup(l, row, '/dev/dvm/')),
  ],
  [
    'lv_dm_path',
    'string',
    'DMPath',
    'node of the device under /dev/mapper',
    (l, row) => row.vg.name && `/dev/mapper/${dmName(row.vg.name, l.lv.name)}`,
  ],
  ['lv_attr', 'string', 'Attr', 'letters as lvs prints them', attr],
  ['lv_size', 'size', 'LSize', 'size of the volume', (l, row) => l.extents * row.vg.metadata.vg.extentSize],
  ['lv_extent_count', 'count', '#LE', 'extents of the volume', (l) => l.extents],
  ['seg_count', 'count', '#Seg', 'segments', (l) => l.lv.segments.length],
  [
    'lv_layout',
    'list',
    'Layout',
    'kinds of its segments; of raid the level too',
    (l) => [...new Set(l.lv.segments.flatMap((s) => (s.type === 'raid' ? [s.type, s.level] : [s.type])))].sort(),
  ],
  ['lv_active', 'boolean', 'Active', 'the kernel has its device', (l) => live(l, (d) => d.active, false)],
  ['lv_suspended', 'boolean', 'Suspended', 'its device is suspended', (l) => live(l, (d) => d.suspended, null)],
  ['lv_device_open', 'boolean', 'DevOpen', 'its device is open', (l) => live(l, (d) => d.openCount > 0, null)],
  ['lv_open_count', 'count', '#Open', 'how often its device is open', (l) => live(l, (d) => d.openCount, null)],
  [
    'lv_inactive_table',
    'boolean',
    'InactiveTable',
    'its device has a table loaded and not live',
    (l) => live(l, (d) => d.inactive, null),
  ],
  ['lv_kernel_major', 'count', 'KMaj', 'major number of its device', (l) => live(l, (d) => part(d.dev, 0), null)],
  ['lv_kernel_minor', 'count', 'KMin', 'minor number of its device', (l) => live(l, (d) => part(d.dev, 1), null)],
  ['lv_minor', 'count', 'Min', 'minor number that its device is to have; null: any', (l) => l.lv.minor ?? null],
  ['lv_permissions', 'string', 'LPerms', 'writeable or read-only', (l) => (l.lv.readOnly ? 'read-only' : 'writeable')],
  ['lv_allocation_policy', 'string', 'AllocPol', 'allocation policy, or inherit', (l) => l.lv.allocation ?? 'inherit'],
  ['lv_autoactivation', 'boolean', 'AutoAct', 'activated at boot', (l) => l.lv.autoactivate !== false],
  ['lv_hidden', 'boolean', 'Hidden', 'belongs to another volume or to the group', (l) => l.lv.hidden === true],
  [
    'lv_health_status',
    'string',
    'Health',
    'partial when it lies on a missing PV; of raid: refresh needed (an image has failed), mismatches exist',
    (l) => (l.partial ? 'partial' : (raidHealth(l) ?? null)),
  ],
  ['lv_time', 'string', 'CTime', 'when it was made, RFC 3339', (l) => l.lv.created ?? null],
  ['lv_tags', 'list', 'LV Tags', 'tags', (l) => l.lv.tags ?? []],
  [
    'lv_annotations',
    'list',
    'Annotations',
    'KEY=VALUE that others keep with the volume',
    (l) => Object.entries(l.lv.annotations ?? {}).map(([key, value]) => `${key}=${value}`),
  ],
]);

/** `none` is the answer when the kernel has no such device; null when the kernel was not asked. */
function live(l: LvView, of: (device: NonNullable<LvView['live']>) => Value, none: Value): Value {
  return l.live === undefined ? null : l.live === null ? none : of(l.live);
}

function inGroup(l: LvView, row: Row, prefix: string): Value {
  return row.vg.name === null ? null : `${prefix}${row.vg.name}/${l.lv.name}`;
}

function part(dev: string, index: 0 | 1): number {
  return Number(dev.split(':')[index]);
}

/** lvs(8): type, permissions, allocation, fixed minor, state, open, target, zeroing, health, skip. */
function attr(l: LvView, row: Row): string {
  const policy = l.lv.allocation ? letter[l.lv.allocation] : 'i';
  const health = l.partial === null ? 'X' : l.partial ? 'p' : (raidHealth(l)?.[0] ?? '-');
  const [kind, target] = letters(l);
  const zero = target === 't' && zeroes(l, row) ? 'z' : '-';
  return `${kind}${l.lv.readOnly ? 'r' : 'w'}${policy}${l.lv.minor === undefined ? '-' : 'm'}${state(l)}${target}${zero}${health}-`;
}

function letters(l: LvView): [kind: string, target: string] {
  const type = l.lv.segments[0]?.type;
  return raidLetters(l) ?? cacheLetters(l) ?? (type === 'thin-pool' ? ['t', 't'] : type === 'thin' ? ['V', 't'] : ['-', '-']);
}

function zeroes({ lv }: LvView, row: Row): boolean {
  const pool = thinSegment(lv)?.pool;
  return (poolSegment(pool === undefined ? lv : row.vg.metadata.lvs[pool])?.zero ?? true) !== false;
}

function state(l: LvView): string {
  if (l.live === undefined) return 'XX';
  if (l.live === null) return '--';
  const { active, inactive, suspended, openCount } = l.live;
  const letter = active ? (suspended ? 's' : 'a') : inactive ? 'i' : 'd';
  return `${letter}${openCount > 0 ? 'o' : '-'}`;
}
