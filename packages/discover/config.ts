import type { FromSchema } from 'json-schema-to-ts';
import validate from '#gen/config-discover.js';
import type { ConfigSection } from '#tool/config.js';
import { fail } from '#tool/errors.js';
import type { discoverConfigSchema } from './config.schema.js';

export type DiscoverConfig = FromSchema<typeof discoverConfigSchema>;

export const discoverSection: ConfigSection<DiscoverConfig> = { name: 'discover', validate, fallback: {} };

/** Whether a device with these paths is looked at. */
export type Filter = (paths: readonly string[]) => boolean;

/**
 * The config's filter: a device with a path that matches an `accept` pattern is looked at; otherwise one with a
 * path that matches a `reject` pattern is not; otherwise it is.
 *
 * @throws DvmError `bad-config` (exit 78) for a pattern that is no regular expression
 */
export function filterOf(config: DiscoverConfig): Filter {
  const accept = (config.accept ?? []).map(compile);
  const reject = (config.reject ?? []).map(compile);
  const matches = (patterns: RegExp[], paths: readonly string[]) => paths.some((path) => patterns.some((p) => p.test(path)));
  return (paths) => matches(accept, paths) || !matches(reject, paths);
}

function compile(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch (e) {
    throw fail('config', 'bad-config', `filter "${pattern}" is not a regular expression: ${(e as Error).message}`, { cause: e });
  }
}
