import type { FromSchema } from 'json-schema-to-ts';
import validate from '#gen/config-tm.js';
import type { ConfigSection } from '#tool/config.js';
import type { tmConfigSchema } from './config.schema.js';

export type TmConfig = FromSchema<typeof tmConfigSchema>;

export const tmSection: ConfigSection<TmConfig> = { name: 'tm', validate, fallback: {} };

/** The programs tm starts, each with its fixed arguments. */
export interface TmPrograms {
  check: string[];
  init: string[];
  expand: string[];
  destroy: string[];
  current: string[];
  desired: string[];
  plan: string[];
  execute: string[];
}

/** The config over the standard pipeline. */
export function programsOf(config: TmConfig): TmPrograms {
  return {
    check: config.check ?? ['vg_check'],
    init: config.init ?? ['vg_create'],
    expand: config.expand ?? ['pv_add'],
    destroy: config.destroy ?? ['vg_remove'],
    current: config.activation?.current ?? ['dmexec', '--dump'],
    desired: config.activation?.desired ?? ['vol_activate'],
    plan: config.activation?.plan ?? ['dmactivate'],
    execute: config.activation?.execute ?? ['dmexec'],
  };
}
