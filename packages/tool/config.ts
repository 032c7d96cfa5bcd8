import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { problemsOf, type Validator } from './document.js';
import { DvmError, fail } from './errors.js';
import { type Json, parseJson } from './json.js';

/** One section of the `-c` file, owned by one tool. */
export interface ConfigSection<T> {
  name: string;
  validate: Validator;
  /** The section when the config has none. */
  fallback: T;
}

export type Config = Record<string, Json>;

/**
 * Reads a `-c` file: `{"kind":"config","version":1, "common":{…}, "<tool>":{…}}`.
 *
 * A config names programs that run as root, so for root it must belong to root and be writable by
 * nobody else; for others it must belong to them or to root.
 */
export function readConfig(path: string): Config {
  const value = parseConfig(readTrusted(path), path);
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value.kind !== 'config')
    throw fail('config', 'bad-config', `config "${path}" is not a document of kind "config"`);
  if (value.version !== 1)
    throw fail(
      'config',
      'bad-config',
      `config "${path}" is version ${JSON.stringify(value.version) ?? 'unset'}, this program knows 1`,
    );
  return value;
}

function parseConfig(bytes: Buffer, path: string): Json {
  try {
    return parseJson(bytes, path);
  } catch (e) {
    throw e instanceof DvmError ? fail('config', 'bad-config', `config ${e.message}`, { cause: e }) : e;
  }
}

function readTrusted(path: string): Buffer {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (e) {
    throw unreadable(path, e);
  }
  try {
    const st = fstatSync(fd);
    const me = process.geteuid?.() ?? 0;
    if (st.uid !== me && st.uid !== 0)
      throw fail('config', 'untrusted-config', `config "${path}" belongs to user ${st.uid}`, { hint: `chown it to user ${me}` });
    if ((st.mode & 0o022) !== 0)
      throw fail('config', 'untrusted-config', `config "${path}" is writable by others`, { hint: 'chmod go-w it' });
    return readAll(fd, path);
  } finally {
    closeSync(fd);
  }
}

function readAll(fd: number, path: string): Buffer {
  try {
    return readFileSync(fd);
  } catch (e) {
    throw unreadable(path, e);
  }
}

function unreadable(path: string, e: unknown) {
  return fail('config', 'no-config', `config "${path}" cannot be read: ${(e as Error).message}`, { cause: e });
}

/** The checked section of a config. */
export function configSection<T>(config: Config | undefined, section: ConfigSection<T>): T {
  const value = config?.[section.name];
  if (value === undefined) return section.fallback;
  if (!section.validate(value)) {
    const { first, details } = problemsOf(section.validate);
    throw fail('config', 'bad-config', `section "${section.name}" of the config is not valid: ${first}`, { details });
  }
  return value as T;
}
