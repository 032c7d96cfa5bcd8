import type { Piece, StateSources } from '../documents/documents.js';
import { nearest } from '../documents/nearest.js';
import type { ArgumentSchema } from '../modules/arguments.js';
import { requestProblems } from '../modules/builtin.js';
import { stateModuleType } from '../modules/documents.js';
import type { FunctionSpec } from '../modules/module.js';
import { builtinModules } from '../modules/modules.js';
import { functionsOf } from '../modules/program-module.js';
import type { Draft } from './draft.js';
import type { Problems } from './problems.js';

/** What modules can do, by name of module and function. */
export type Modules = ReadonlyMap<string, Readonly<Record<string, FunctionSpec>>>;

/** The modules of the drafts, as far as there are such: built-in ones, and those that the sources describe. */
export async function modulesOf(drafts: readonly Draft[], sources: StateSources): Promise<Modules> {
  const modules = new Map<string, Readonly<Record<string, FunctionSpec>>>();
  for (const name of new Set(drafts.map((d) => d.module))) {
    const load = Object.hasOwn(builtinModules, name) ? builtinModules[name] : undefined;
    const described = sources.modules && Object.hasOwn(sources.modules, name) ? sources.modules[name] : undefined;
    if (load) modules.set(name, (await load()).functions);
    else if (described) modules.set(name, functionsOf(stateModuleType.parse(described, `module "${name}" of the sources`)));
  }
  return modules;
}

/** Finds modules and functions that are not there, and arguments that a function does not take. */
export function checkModule(
  draft: Draft,
  args: Piece['args'],
  modules: Modules,
  sources: StateSources,
  problems: Problems,
): void {
  const functions = modules.get(draft.module);
  const { at } = draft.declaration;
  if (!functions) {
    const known = [...Object.keys(builtinModules), ...Object.keys(sources.modules ?? {})];
    problems.add(
      at,
      'no-module',
      `state "${draft.id}" is of module "${draft.module}", which is not here`,
      choice(draft.module, known),
    );
    return;
  }
  const spec = Object.hasOwn(functions, draft.function) ? functions[draft.function] : undefined;
  const wanted = `${draft.module}.${draft.function}`;
  if (spec) checkArguments(draft, args, spec, problems);
  else
    problems.add(
      at,
      'no-function',
      `state "${draft.id}" is of "${wanted}", which is not here`,
      choice(draft.function, Object.keys(functions)),
    );
}

function choice(word: string, known: readonly string[]): string {
  const close = nearest(word, known);
  return close === undefined ? `known are ${known.join(', ')}` : `did you mean "${close}"`;
}

function checkArguments(draft: Draft, all: Piece['args'], spec: FunctionSpec, problems: Problems): void {
  const { name: late, ...args } = all; // a name among the arguments is known only at run time
  const { name: _, ...rest } = spec;
  const schema: ArgumentSchema = spec.schema;
  for (const { path, message, hint } of requestProblems(late === undefined ? spec : { ...rest, schema }, {
    name: draft.name,
    args,
  })) {
    const [argument = ''] = path.split('/');
    const at = draft.args.get(argument)?.at ?? draft.declaration.at;
    const what = path === '' ? 'what is given' : `"${path}"`;
    problems.add(
      at,
      'bad-argument',
      `${what} of "${draft.id}" ${message}`,
      hint ?? `look at the arguments of ${draft.module}.${draft.function}`,
    );
  }
}
