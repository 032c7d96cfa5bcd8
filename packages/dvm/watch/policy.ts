import type { FromSchema } from 'json-schema-to-ts';
import validate from '#gen/config-watch.js';
import type { ConfigSection } from '#tool/config.js';
import type { watchConfigSchema } from './policy.schema.js';

type WatchConfig = FromSchema<typeof watchConfigSchema>;

export const watchSection: ConfigSection<WatchConfig> = { name: 'watch', validate, fallback: {} };

export interface Growth {
  /** Percent used; 100: never. */
  threshold: number;
  /** Of the size. */
  percent: number;
}

/** What is done without being asked. */
export interface Policy {
  /** Milliseconds. */
  interval: number;
  thinPool: Growth;
  snapshot: Growth;
  raid: { revive: boolean; replace: boolean };
}

/** The config over what holds without one. */
export function policyOf({ interval = 10, thinPool, snapshot, raid }: WatchConfig): Policy {
  const growth = { threshold: 80, percent: 20 };
  return {
    interval: interval * 1000,
    thinPool: { ...growth, ...thinPool },
    snapshot: { ...growth, ...snapshot },
    raid: { revive: true, replace: true, ...raid },
  };
}
