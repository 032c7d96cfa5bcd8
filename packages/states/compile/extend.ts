import type { Declaration, Extension } from './declaration.js';
import { Index, namesOf } from './find.js';
import type { Problems } from './problems.js';

/** Carries `extend` out: arguments are replaced, requisites added. A module that the id has not is added to it. */
export function extend(
  declarations: readonly Declaration[],
  extensions: readonly Extension[],
  problems: Problems,
): Declaration[] {
  const index = new Index(declarations, namesOf);
  const added: Declaration[] = [];
  for (const extension of extensions) {
    const target = [...found(index, extension), ...added.filter((d) => d.id === extension.id && d.module === extension.module)];
    const [only, ...more] = target;
    const sameId = index.find(undefined, extension.id).find((d) => d.id === extension.id);
    if (only && more.length === 0) apply(only, extension);
    else if (only) ambiguous(extension, target, problems);
    else if (sameId) added.push({ ...extension, sls: sameId.sls });
    else
      problems.add(
        extension.at,
        'no-target',
        `"extend" names state "${extension.id}", which is not here`,
        'include the file that it is in, or look for its id',
      );
  }
  return [...declarations, ...added];
}

/** By id; by name where there is no such id. */
function found(index: Index<Declaration>, { module, id }: Extension): readonly Declaration[] {
  const all = index.find(module, id);
  const byId = all.filter((d) => d.id === id);
  return byId.length > 0 ? byId : all.filter((d) => namesOf(d).includes(id));
}

function apply(declaration: Declaration, extension: Extension): void {
  if (extension.function !== undefined) declaration.function = extension.function;
  for (const [key, argument] of extension.args) declaration.args.set(key, argument);
  declaration.requisites.push(...extension.requisites);
}

function ambiguous(extension: Extension, targets: readonly Declaration[], problems: Problems): void {
  const ids = targets.map((d) => `"${d.id}"`).join(', ');
  problems.add(
    extension.at,
    'ambiguous',
    `"extend" names "${extension.id}", which ${targets.length} states are about: ${ids}`,
    'name one by its id',
  );
}
