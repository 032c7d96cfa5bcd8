import { fail } from '#tool/errors.js';
import type { Module } from './module.js';
import { builtinModules } from './modules.js';

/** The modules of a run, each loaded once. */
export interface Registry {
  /** @throws DvmError `no-module` (exit 80), `untrusted-module` (exit 77) */
  get(name: string): Promise<Module>;
}

/**
 * @param directory of modules besides the built-in ones; those are only run when signed by one of the keys in `keyFile`
 */
export function moduleRegistry(directory: string | undefined, keyFile: string | undefined, signal: AbortSignal): Registry {
  const loaded = new Map<string, Promise<Module>>();
  const load = async (name: string): Promise<Module> => {
    const builtin = Object.hasOwn(builtinModules, name) ? builtinModules[name] : undefined;
    if (builtin) return builtin();
    if (directory === undefined) throw noModule(name, 'name a directory of modules with --modules');
    const { loadExtension } = await import('../extensions/load.js');
    const extension = await loadExtension(directory, name, keyFile, signal);
    if (!extension) throw noModule(name, `"${directory}" does not have it: state module add`);
    return extension;
  };
  return {
    get: (name) => {
      const known = loaded.get(name) ?? load(name);
      loaded.set(name, known);
      return known;
    },
  };
}

function noModule(name: string, hint: string) {
  return fail('notFound', 'no-module', `there is no module "${name}"`, { hint });
}
