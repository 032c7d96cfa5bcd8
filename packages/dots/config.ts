import type { FromSchema } from 'json-schema-to-ts';
import validate from '#gen/config-dots.js';
import type { ConfigSection } from '#tool/config.js';
import { parseSize, SECTOR } from '#tool/units.js';
import type { dotsConfigSchema } from './config.schema.js';
import type { FileSystemType } from './state/dot.js';

export type DotsConfig = FromSchema<typeof dotsConfigSchema>;

export const dotsSection: ConfigSection<DotsConfig> = { name: 'dots', validate, fallback: {} };

/** The config with everything decided that it leaves open. */
export interface DotsSettings {
  group: string | undefined;
  pool: string | undefined;
  /** Bytes. */
  size: number;
  fs: FileSystemType;
  mounts: string;
  mountOptions: readonly string[];
  author: string;
}

/** @throws DvmError `bad-size` (exit 64) */
export function settingsOf(config: DotsConfig, user: string): DotsSettings {
  const { group, pool, size = '10G', fs = 'ext4', mounts = '/run/dvm/dots', author = user } = config;
  const { mountOptions = ['nodev', 'nosuid'] } = config;
  return { group, pool, size: parseSize(size, 'size of dots') * SECTOR, fs, mounts, mountOptions, author };
}
