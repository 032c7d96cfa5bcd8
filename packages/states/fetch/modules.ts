import { readdirSync } from 'node:fs';
import { fail } from '#tool/errors.js';
import type { StateSources } from '../documents/documents.js';
import { loadExtension } from '../extensions/load.js';

/**
 * What the modules of a directory can do, by name, each verified before it is asked.
 *
 * @throws DvmError `no-directory` (exit 66), `untrusted-module` (exit 77)
 */
export async function describeModules(
  directory: string,
  keys: string | undefined,
): Promise<NonNullable<StateSources['modules']>> {
  const { signal } = new AbortController();
  const described: NonNullable<StateSources['modules']> = {};
  for (const name of namesIn(directory)) {
    const module = await loadExtension(directory, name, keys, signal);
    if (module) described[name] = { kind: 'state-module', version: 1, name, functions: module.functions };
  }
  return described;
}

/** A module is a file with its signature beside it. */
function namesIn(directory: string): string[] {
  try {
    const files = readdirSync(directory).sort();
    return files.filter((name) => files.includes(`${name}.json`));
  } catch (e) {
    throw fail('noInput', 'no-directory', `"${directory}" cannot be read: ${(e as Error).message}`, { cause: e });
  }
}
