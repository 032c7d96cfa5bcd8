import type { Piece } from '../documents/documents.js';
import { builtinModules } from '../modules/modules.js';
import type { Aggregates } from './batch.js';

/** Which functions of the built-in modules can do several pieces as one transaction; modules that are programs cannot. */
export async function aggregatesOf(pieces: readonly Pick<Piece, 'module'>[]): Promise<Aggregates> {
  const able = new Set<string>();
  for (const name of new Set(pieces.map((p) => p.module))) {
    const load = Object.hasOwn(builtinModules, name) ? builtinModules[name] : undefined;
    for (const [f, spec] of Object.entries(load ? (await load()).functions : {})) if (spec.aggregate) able.add(`${name}.${f}`);
  }
  return (module, f) => able.has(`${module}.${f}`);
}
