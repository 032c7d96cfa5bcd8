import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkDotName, type DotWord, parseDot } from '#dots/state/words.js';
import { fail } from '#tool/errors.js';
import { readFileOrFail } from '#tool/stdio.js';
import { parseSeed, type Seed } from './seed.js';

/** What the command line says. */
export interface Flags {
  devices: readonly string[];
  dot: string | undefined;
  mountpoint: string | undefined;
  seed: string | undefined;
  seedFile: string | undefined;
  credentialsFile: string | undefined;
  adminApiKeyFile: string | undefined;
  adminPasswordFile: string | undefined;
  daemon: boolean;
}

export interface Settings {
  devices: string[];
  /** What to mount where; undefined only for a daemon that is told so later. */
  dot: { word: DotWord; mountpoint: string } | undefined;
  seed: Seed | undefined;
  /** Paths of files with secrets; none is read here. */
  credentialsFile: string | undefined;
  keyFiles: string[];
}

/** Where a machine's configuration is put before it boots, a file a value. */
export const configDirectory = '/run/config/dotmesh';

/**
 * The command line, and the files that are there for what it does not say.
 *
 * @throws DvmError `missing-option`, `bad-mountpoint`, `bad-dot-name`, `bad-seed`, `seed-without-dot` (exit 64), `no-input` (exit 66)
 */
export function settingsOf(flags: Flags, hostname: string, directory = configDirectory): Settings {
  const file = (given: string | undefined, name: string): string | undefined => given ?? present(join(directory, name));
  const seedFile = flags.seed === undefined ? file(flags.seedFile, 'seed') : undefined;
  const seed = flags.seed ?? (seedFile === undefined ? undefined : firstLine(seedFile));
  const devices = flags.devices.flatMap((list) => list.split(',')).filter((path) => path !== '');
  return {
    devices: [...new Set(devices)],
    dot: wanted(flags, seed, hostname, present(join(directory, 'dot'))),
    seed: seed === undefined ? undefined : parseSeed(seed),
    credentialsFile: file(flags.credentialsFile, 'credentials'),
    keyFiles: [file(flags.adminApiKeyFile, 'admin-api-key'), file(flags.adminPasswordFile, 'admin-password')].flatMap(
      (f) => f ?? [],
    ),
  };
}

/** A new dot may be called as its machine is; of a seed nobody would know what it is. */
function wanted(
  { dot, mountpoint, daemon }: Flags,
  seed: string | undefined,
  hostname: string,
  file: string | undefined,
): Settings['dot'] {
  if (mountpoint === undefined) {
    if (daemon && dot === undefined) return undefined;
    throw fail('usage', 'missing-option', 'option "--mountpoint" is missing', { hint: 'see --help' });
  }
  if (!mountpoint.startsWith('/') || mountpoint === '/' || mountpoint.split('/').includes('..'))
    throw fail('usage', 'bad-mountpoint', `mount point "${mountpoint}" is not an absolute path without ".."`);
  const name = dot ?? (file === undefined ? undefined : firstLine(file));
  if (name === undefined && seed !== undefined)
    throw fail('usage', 'seed-without-dot', 'a seed is named, but not the dot that is to come of it', { hint: '--dot NAME' });
  return { word: name === undefined ? { ...parseDot(checkDotName(hostname.split('.')[0] ?? '')) } : parseDot(name), mountpoint };
}

function present(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}

function firstLine(path: string): string {
  return readFileOrFail(path).toString('utf8').split(/\r?\n/)[0]?.trim() ?? '';
}
