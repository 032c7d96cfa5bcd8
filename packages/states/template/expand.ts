import type { Place, Problems } from '../compile/problems.js';
import { type Control, control, isControl } from './control.js';
import { evaluate, type Scope } from './evaluate.js';
import { TemplateError } from './expression.js';
import { type Entry, type ListNode, type MapNode, type Node, nodeOf } from './nodes.js';
import { runtimeForm } from './runtime-form.js';
import { fill } from './text.js';
import { type Budget, isMap, list, mistyped, Runtime, truth, type Value } from './values.js';

/** What one file is expanded with. */
export interface Expansion {
  place: Omit<Place, 'line'>;
  problems: Problems;
  budget: Budget;
  /** Set when there is no budget left: nothing more is expanded. */
  spent?: boolean;
}

const nothing = (line: number): Node => ({ kind: 'scalar', line, value: null });

/**
 * A node with its templates filled in, and `$for`, `$if` and `$else` carried out. It works on what was read, not on text:
 * no value can become a part of the structure, and each keeps its line.
 */
export function expand(node: Node, scope: Scope, x: Expansion): Node {
  return guarded(node.line, x, nothing(node.line), () => {
    x.budget.spend(1);
    if (node.kind === 'list')
      return { ...node, items: node.items.flatMap((item) => guarded(item.line, x, [], () => expandItem(item, scope, x))) };
    if (node.kind === 'map') return expandMap(node, scope, x);
    if (node.kind !== 'scalar' || typeof node.value !== 'string') return node;
    return valueNode(fill(node.value, scope, x.budget), node.line);
  });
}

function valueNode(value: Value, line: number): Node {
  return value instanceof Runtime ? { kind: 'runtime', line, form: value.form } : nodeOf(value, line);
}

function guarded<T>(line: number, x: Expansion, otherwise: T, make: () => T): T {
  if (x.spent) return otherwise;
  try {
    return make();
  } catch (e) {
    if (!(e instanceof TemplateError)) throw e;
    if (e.code === 'too-large') x.spent = true;
    x.problems.add({ ...x.place, line }, e.code, e.message, e.hint);
    return otherwise;
  }
}

/** An entry of a list: one that only repeats or chooses gives as many as it makes. */
function expandItem(item: Node, scope: Scope, x: Expansion): Node[] {
  if (item.kind !== 'map' || !isControlled(item)) return [expand(item, scope, x)];
  return branches(item.entries, scope, x).flatMap((made) => (made.kind === 'list' ? made.items : [made]));
}

function expandMap(map: MapNode, scope: Scope, x: Expansion): Node {
  const form = runtimeForm({ ...map, entries: plainForm(map, scope, x) });
  if (form) return form;
  if (!isControlled(map)) return { ...map, entries: expandEntries(map.entries, scope, x) };
  const made = branches(map.entries, scope, x);
  const [only, ...more] = made;
  if (only && more.length === 0) return only;
  return made.length > 0 && made.every((m) => m.kind === 'list') ? lists(made, map.line) : { ...map, entries: merged(made, x) };
}

function isControlled({ entries }: MapNode): boolean {
  return entries.length > 0 && entries.every((e) => isControl(e.key));
}

/** The entries of what is written as a form known at run time, expanded; of all else none. */
function plainForm(map: MapNode, scope: Scope, x: Expansion): readonly Entry[] {
  const [only, ...more] = map.entries;
  if (!only || more.length > 0 || !/^\$(output|secret|file|join)$/.test(only.key)) return [];
  return [{ ...only, value: expand(only.value, scope, x) }];
}

function lists(made: readonly ListNode[], line: number): Node {
  return { kind: 'list', line, items: made.flatMap((m) => m.items) };
}

function expandEntries(entries: readonly Entry[], scope: Scope, x: Expansion): Entry[] {
  const out = new Map<string, Entry>();
  for (let i = 0; i < entries.length; ) {
    const run = controlsFrom(entries, i);
    const [entry] = entries.slice(i, i + 1);
    if (entry) addAll(out, run.length > 0 ? merged(branches(run, scope, x), x) : [plainEntry(entry, scope, x)], x);
    i += Math.max(run.length, 1);
  }
  return [...out.values()];
}

function controlsFrom(entries: readonly Entry[], start: number): readonly Entry[] {
  let end = start;
  for (let entry = entries[end]; entry && isControl(entry.key); entry = entries[end]) end++;
  return entries.slice(start, end);
}

function plainEntry(entry: Entry, scope: Scope, x: Expansion): Entry {
  return {
    ...entry,
    key: guarded(entry.line, x, entry.key, () => keyText(entry, scope, x)),
    value: expand(entry.value, scope, x),
  };
}

function keyText(entry: Entry, scope: Scope, x: Expansion): string {
  if (entry.key.startsWith('$'))
    throw new TemplateError('bad-template', `"${entry.key}" is no word of templates`, 'known are $for NAME in …, $if …, $else');
  const key = fill(entry.key, scope, x.budget);
  if ((typeof key === 'string' && key !== '' && key !== '__proto__') || typeof key === 'number') return String(key);
  throw mistyped(`the key "${entry.key}"`, key, 'text');
}

function merged(made: readonly Node[], x: Expansion): Entry[] {
  const out = new Map<string, Entry>();
  for (const node of made)
    if (node.kind === 'map') addAll(out, node.entries, x);
    else if (node.kind !== 'scalar' || node.value !== null)
      x.problems.add(
        { ...x.place, line: node.line },
        'bad-template',
        'what is chosen among entries is no map',
        'write entries below it',
      );
  return [...out.values()];
}

function addAll(out: Map<string, Entry>, entries: readonly Entry[], x: Expansion): void {
  for (const entry of entries) {
    const same = out.get(entry.key);
    if (!same) out.set(entry.key, entry);
    else
      x.problems.add(
        { ...x.place, line: entry.line },
        'duplicate-key',
        `"${entry.key}" comes twice, first from line ${same.line}`,
        'make the names differ',
      );
  }
}

/** What a run of `$for`, `$if`, `$else` entries makes. */
function branches(entries: readonly Entry[], scope: Scope, x: Expansion): Node[] {
  let chosen: boolean | undefined;
  return entries.flatMap((entry) =>
    guarded(entry.line, x, [], () => {
      const c = control(entry.key);
      if (c.kind === 'else' && chosen === undefined)
        throw new TemplateError('bad-template', '"$else" follows no "$if"', 'put it right behind the $if');
      const wanted = c.kind === 'if' ? truth(evaluate(c.condition, scope, x.budget)) : !chosen;
      chosen = c.kind === 'if' ? wanted : undefined;
      if (c.kind === 'for') return repeated(c, entry, scope, x);
      return wanted ? [expand(entry.value, scope, x)] : [];
    }),
  );
}

function repeated(c: Control & { kind: 'for' }, entry: Entry, scope: Scope, x: Expansion): Node[] {
  const over = evaluate(c.over, scope, x.budget);
  const rounds = isMap(over) && c.names.length === 2 ? Object.entries(over) : list(over, 'what is repeated over').map((v) => [v]);
  return rounds.map((values) => {
    const inner = new Map([...scope, ...c.names.map((name, i): [string, Value] => [name, values[i] ?? null])]);
    return expand(entry.value, inner, x);
  });
}
