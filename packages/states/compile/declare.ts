import type { Entry, MapNode, Node } from '../template/nodes.js';
import { kindOf, textOf } from '../template/nodes.js';
import { readArguments } from './arguments.js';
import type { Declaration, Declared, Exclusion } from './declaration.js';
import type { Place, Problems } from './problems.js';

/** One expanded file. */
export interface Sls {
  name: string;
  place: Omit<Place, 'line'>;
  problems: Problems;
}

const reserved = ['include', 'extend', 'exclude'];

/** Reads what an expanded file declares, its `include` apart. */
export function declare(node: MapNode, sls: Sls): Declared {
  const of = (key: string) => node.entries.find((e) => e.key === key);
  return {
    declarations: node.entries.filter((e) => !reserved.includes(e.key)).flatMap((e) => declarationsOf(e, sls)),
    extensions: extensionsOf(of('extend'), sls),
    exclusions: exclusionsOf(of('exclude'), sls),
  };
}

function extensionsOf(entry: Entry | undefined, sls: Sls): Declaration[] {
  if (!entry) return [];
  if (entry.value.kind === 'map') return entry.value.entries.flatMap((e) => declarationsOf(e, sls, true));
  return problem(sls, entry.line, `"extend" is ${kindOf(entry.value)}, not a map`, 'write ids below it, and modules below these');
}

/** The modules of one id. @param partial of an `extend`: a function may be missing */
function declarationsOf({ key: id, line, value }: Entry, sls: Sls, partial = false): Declaration[] {
  const short = textOf(value);
  if (short !== undefined && !partial)
    return declarationOf(id, { key: short, line, value: { kind: 'list', line, items: [] } }, sls);
  if (value.kind !== 'map')
    return problem(
      sls,
      line,
      `state "${id}" is ${kindOf(value)}, not a map`,
      'write module.function below it, and arguments below that',
    );
  const found = value.entries.flatMap((entry) => declarationOf(id, entry, sls, partial));
  if (value.entries.length === 0) problem(sls, line, `state "${id}" has no module`, 'write module.function below it');
  return found.filter((d, i) => isFirst(d, found.slice(0, i), sls));
}

function isFirst(d: Declaration, before: readonly Declaration[], sls: Sls): boolean {
  if (!before.some((b) => b.module === d.module)) return true;
  problem(sls, d.at.line, `state "${d.id}" has module "${d.module}" twice`, 'give one of them an id of its own');
  return false;
}

function declarationOf(id: string, { key, line, value }: Entry, sls: Sls, partial = false): Declaration[] {
  const [module = '', dotted, ...more] = key.split('.');
  if (!isIdentifier(module) || (dotted !== undefined && !isIdentifier(dotted)) || more.length > 0)
    return problem(sls, line, `"${key}" of state "${id}" is no module.function`, 'write it as in file.managed');
  const at = { ...sls.place, line };
  const read = readArguments(value, at, sls.problems);
  const [second] = read.words;
  if (read.words.length + (dotted === undefined ? 0 : 1) > 1)
    problem(sls, line, `state "${id}" gives module "${module}" more than one function`, `leave one, as in ${key}`);
  if (second !== undefined && !isIdentifier(second))
    return problem(sls, line, `"${second}" of state "${id}" is no function`, 'write arguments as KEY: VALUE');
  const named = dotted ?? second;
  if (named === undefined && !partial)
    return problem(sls, line, `state "${id}" names no function of module "${module}"`, `write ${module}.FUNCTION`);
  return [{ id, module, function: named, args: read.args, requisites: read.requisites, sls: sls.name, at }];
}

function isIdentifier(word: string): boolean {
  return /^[a-z_][a-z0-9_]{0,63}$/.test(word);
}

function exclusionsOf(entry: Entry | undefined, sls: Sls): Exclusion[] {
  if (!entry) return [];
  if (entry.value.kind === 'list') return entry.value.items.flatMap((item) => exclusionOf(item, sls));
  return problem(sls, entry.line, `"exclude" is ${kindOf(entry.value)}, not a list`, 'write - id: ID or - sls: NAME below it');
}

function exclusionOf(item: Node, sls: Sls): Exclusion[] {
  const at = { ...sls.place, line: item.line };
  const bare = textOf(item);
  if (bare !== undefined) return [{ kind: 'sls', what: bare, at }];
  const [only, ...more] = item.kind === 'map' ? item.entries : [];
  const what = textOf(only?.value);
  if (!only || more.length > 0 || (only.key !== 'id' && only.key !== 'sls') || what === undefined)
    return problem(sls, item.line, 'an entry of "exclude" is neither an id nor an sls', 'write - id: ID or - sls: NAME');
  return [{ kind: only.key, what, at }];
}

function problem(sls: Sls, line: number, message: string, hint: string): [] {
  sls.problems.add({ ...sls.place, line }, 'bad-state', message, hint);
  return [];
}
