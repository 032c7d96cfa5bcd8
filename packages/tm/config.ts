import type { FromSchema } from 'json-schema-to-ts';
import validate from '#gen/config-tm.js';
import type { ConfigSection } from '#tool/config.js';
import type { tmConfigSchema } from './config.schema.js';
import type { CheckPrograms, MetadataCheck } from './metadata-check.js';

export type TmConfig = FromSchema<typeof tmConfigSchema>;

export const tmSection: ConfigSection<TmConfig> = { name: 'tm', validate, fallback: {} };

/** The programs tm starts, each with its fixed arguments. */
export interface TmPrograms {
  check: string[];
  init: string[];
  expand: string[];
  destroy: string[];
  batch: string[];
  edits: string[];
  rollback: string[];
  split: string[];
  merge: string[];
  poll: string[];
  place: string[];
  reserve: string[];
  current: string[];
  desired: string[];
  plan: string[];
  execute: string[];
}

/** What vg_batch knows; a test holds the list to it. */
const standardEdits = [
  ...['lv_cache', 'lv_clone', 'lv_convert', 'lv_create', 'lv_crypt', 'lv_extend', 'lv_integrity'],
  ...['lv_merge', 'lv_reduce', 'lv_remove', 'lv_rename', 'lv_set'],
  ...['lv_repair', 'lv_snapshot', 'lv_thin', 'lv_thin_pool', 'lv_writecache'],
  ...['pv_add', 'pv_move', 'pv_remove', 'pv_reserve', 'pv_resize', 'pv_set'],
  ...['vg_check', 'vg_export', 'vg_import', 'vg_remove', 'vg_set', 'vg_split'],
];

/** The config over the standard pipeline. */
export function programsOf(config: TmConfig): TmPrograms {
  return {
    check: config.check ?? ['vg_check'],
    init: config.init ?? ['vg_create'],
    expand: config.expand ?? ['pv_add'],
    destroy: config.destroy ?? ['vg_remove'],
    batch: config.batch ?? ['vg_batch'],
    edits: config.edits ?? standardEdits,
    rollback: config.rollback ?? ['vg_rollback'],
    split: config.split ?? ['vg_split'],
    merge: config.merge ?? ['vg_merge'],
    poll: config.poll ?? ['vg_poll'],
    place: config.place ?? ['pv_place'],
    reserve: config.reserve ?? ['pv_reserve'],
    current: config.activation?.current ?? ['dmexec', '--dump'],
    desired: config.activation?.desired ?? ['vol_activate'],
    plan: config.activation?.plan ?? ['dmactivate'],
    execute: config.activation?.execute ?? ['dmexec'],
  };
}

/** How metadata is checked; of what is `skipped` not at all, but for repairs. */
export function checkPrograms(
  { thinCheck = {}, cacheCheck = {} }: TmConfig,
  skipped: readonly MetadataCheck['kind'][],
): Record<MetadataCheck['kind'], CheckPrograms> {
  const of = (kind: MetadataCheck['kind'], usual: Omit<CheckPrograms, 'seconds'>, given: Partial<CheckPrograms>) => ({
    ...{ seconds: 60, ...usual, ...given },
    ...(skipped.includes(kind) ? { check: [] } : {}),
  });
  return {
    'thin-pool': of('thin-pool', { check: ['thin_check', '-q'], repair: ['thin_repair'] }, thinCheck),
    cache: of('cache', { check: ['cache_check', '-q'], repair: ['cache_repair'] }, cacheCheck),
  };
}
