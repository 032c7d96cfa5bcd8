import { parsePoolStatus } from '#dm/pool-status.js';
import { cacheSegment } from '#metadata/cache/segments.js';
import { cloneSegment } from '#metadata/clone/segments.js';
import { poolSegment, thinSegment } from '#metadata/thin/segments.js';
import { lvFields, type Value } from './field.js';
import { cacheStatus } from './fields-cache.js';
import type { LvView, Row } from './views.js';

/** Fields of thin pools and volumes, as lvs(8) names them; null for other volumes, and where the kernel was not asked. */
export const thinTable = lvFields([
  ['pool_lv', 'string', 'Pool', 'thin volumes: their pool', (l, row) => nameOf(thinSegment(l.lv)?.pool, row)],
  [
    'origin',
    'string',
    'Origin',
    'what a volume is a snapshot or a clone of, its external origin, or what it caches',
    (l, row) => origin(l, row),
  ],
  ['data_percent', 'count', 'Data%', 'how full a thin pool or cache is, how much of a thin volume has chunks', dataPercent],
  [
    'metadata_percent',
    'count',
    'Meta%',
    'how full the metadata of a thin pool or cache is',
    (l) => share((cacheStatus(l) ?? parsePoolStatus(poolLine(l)))?.metadata),
  ],
  [
    'data_lv',
    'string',
    'Data',
    'thin pools, cached volumes: the hidden volume with the data',
    (l, row) => nameOf(poolSegment(l.lv)?.areas[0]?.lv ?? cacheSegment(l.lv)?.data, row),
  ],
  [
    'metadata_lv',
    'string',
    'Meta',
    'thin pools, cached volumes: the hidden volume with the metadata',
    (l, row) => nameOf((poolSegment(l.lv) ?? cacheSegment(l.lv))?.meta, row),
  ],
  [
    'chunk_size',
    'size',
    'Chunk',
    'what a thin volume gets at a time, or is cached at a time',
    (l) => (poolSegment(l.lv) ?? cacheSegment(l.lv))?.chunkSize ?? null,
  ],
  ['discards', 'string', 'Discards', 'thin pools: what becomes of discards', (l) => pool(l, (p) => p.discards ?? 'passdown')],
  [
    'zero',
    'boolean',
    'Zero',
    'thin pools: chunks are zeroed before they are handed out',
    (l) => pool(l, (p) => p.zero !== false),
  ],
  [
    'lv_when_full',
    'string',
    'WhenFull',
    'thin pools: writes that need a chunk then queue, or are errors',
    (l) => pool(l, (p) => (p.errorIfFull ? 'error' : 'queue')),
  ],
  ['thin_id', 'count', 'ThId', 'thin volumes: their number in the pool', (l) => thinSegment(l.lv)?.device ?? null],
  ['transaction_id', 'count', 'TransId', 'thin pools: their transaction', (l) => poolSegment(l.lv)?.transaction ?? null],
]);

function pool(l: LvView, of: (segment: NonNullable<ReturnType<typeof poolSegment>>) => Value): Value {
  const segment = poolSegment(l.lv);
  return segment ? of(segment) : null;
}

function nameOf(id: string | undefined, row: Row): Value {
  return id === undefined ? null : (row.vg.metadata.lvs[id]?.name ?? null);
}

function origin({ lv }: LvView, row: Row): Value {
  const source = cloneSegment(lv)?.source;
  if (source) return source.path ?? nameOf(source.lv, row);
  const segment = thinSegment(lv);
  return nameOf(segment?.origin ?? segment?.snapshotOf ?? cacheSegment(lv)?.areas[0]?.lv, row);
}

function poolLine(l: LvView): string | undefined {
  return poolSegment(l.lv) ? l.status : undefined;
}

/** A thin volume reports `MAPPED-SECTORS HIGHEST`. */
function dataPercent(l: LvView, row: Row): Value {
  const mapped = /^(\d+) /.exec(thinSegment(l.lv) ? (l.status ?? '') : '')?.[1];
  if (mapped !== undefined) return share({ used: Number(mapped), total: l.extents * row.vg.metadata.vg.extentSize });
  return share((cacheStatus(l) ?? parsePoolStatus(poolLine(l)))?.data);
}

/** Percent, to two places. */
function share(of: { used: number; total: number } | undefined): Value {
  return of ? Math.round((of.used / of.total) * 10_000) / 100 : null;
}
