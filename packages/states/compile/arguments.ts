import { type Entry, kindOf, type Node, textOf } from '../template/nodes.js';
import type { Argument, Target, Written } from './declaration.js';
import { requisiteWords } from './keywords.js';
import type { Place, Problems } from './problems.js';

export interface ReadArguments {
  args: Map<string, Argument>;
  requisites: Written[];
  /** Bare words: the function, where the module stands alone. */
  words: string[];
}

/** Reads what stands below `module.function`: a list of `KEY: VALUE` and bare words, or a map. */
export function readArguments(node: Node, at: Place, problems: Problems): ReadArguments {
  const read: ReadArguments = { args: new Map(), requisites: [], words: [] };
  if (node.kind === 'map') for (const entry of node.entries) addEntry(read, entry, at, problems);
  else if (node.kind === 'list') for (const item of node.items) addItem(read, item, at, problems);
  else if (node.kind !== 'scalar' || node.value !== null)
    problems.add(
      { ...at, line: node.line },
      'bad-argument',
      `the arguments are ${kindOf(node)}, not a list`,
      'write - KEY: VALUE below it',
    );
  return read;
}

function addItem(read: ReadArguments, item: Node, at: Place, problems: Problems): void {
  const word = textOf(item);
  const [only, ...more] = item.kind === 'map' ? item.entries : [];
  if (word !== undefined) read.words.push(word);
  else if (only && more.length === 0) addEntry(read, only, at, problems);
  else {
    const message = only
      ? `an argument has ${more.length + 1} keys: "${only.key}", "${more[0]?.key}"`
      : `an argument is ${kindOf(item)}`;
    problems.add({ ...at, line: item.line }, 'bad-argument', message, 'begin each KEY: VALUE with a hyphen of its own');
  }
}

function addEntry(read: ReadArguments, { key, line, value }: Entry, place: Place, problems: Problems): void {
  const at = { ...place, line };
  const requisite = requisiteWords.get(key);
  if (requisite) read.requisites.push(...targetsOf(value, key, at, problems).map((t) => ({ ...requisite, ...t })));
  else if (read.args.has(key))
    problems.add(
      at,
      'duplicate-key',
      `argument "${key}" is here twice, first on line ${read.args.get(key)?.at.line}`,
      'remove one',
    );
  else read.args.set(key, { at, value });
}

function targetsOf(value: Node, word: string, at: Place, problems: Problems): { target: Target; at: Place }[] {
  if (value.kind === 'list') return value.items.flatMap((item) => targetOf(item, word, { ...at, line: item.line }, problems));
  problems.add(at, 'bad-requisite', `"${word}" is ${kindOf(value)}, not a list`, 'write - MODULE: ID below it');
  return [];
}

function targetOf(item: Node, word: string, at: Place, problems: Problems): { target: Target; at: Place }[] {
  const bare = textOf(item);
  if (bare !== undefined) return [{ target: { kind: 'match', module: undefined, pattern: bare }, at }];
  const [only, ...more] = item.kind === 'map' ? item.entries : [];
  const text = textOf(only?.value);
  if (!only || more.length > 0 || text === undefined) {
    problems.add(at, 'bad-requisite', `an entry of "${word}" names no state`, 'write - MODULE: ID, - ID or - sls: NAME');
    return [];
  }
  if (only.key === 'sls') return [{ target: { kind: 'sls', sls: text }, at }];
  if (!only.key.includes('.')) return [{ target: { kind: 'match', module: only.key, pattern: text }, at }];
  const module = only.key.split('.')[0];
  problems.add(at, 'bad-requisite', `"${word}" names the function "${only.key}", not a module`, `write ${module}: ${text}`);
  return [];
}
