import { kindOf, type Node, textOf } from '../template/nodes.js';
import { readArguments } from './arguments.js';
import type { Argument, Declaration, Written } from './declaration.js';
import { type Draft, keyOf } from './draft.js';
import type { Place, Problems } from './problems.js';

/** One draft a declaration, or one for each of its `names`, in their order. */
export function drafts(declarations: readonly Declaration[], problems: Problems): Draft[] {
  const first = new Map<string, Draft>();
  const all = declarations.flatMap((d, number) => draftsOf(d, number, problems));
  return all.filter((draft) => {
    if (!first.has(draft.key)) return first.set(draft.key, draft) !== undefined;
    problems.add(
      draft.declaration.at,
      'duplicate-name',
      `state "${draft.id}" has the name "${draft.name}" twice`,
      'remove one of them',
    );
    return false;
  });
}

function draftsOf(d: Declaration, number: number, problems: Problems): Draft[] {
  const { name, names, ...rest } = Object.fromEntries(d.args);
  const args = new Map(Object.entries(rest));
  if (!names) return [draft(d, number, ...named(d, name, args, problems), d.requisites)];
  if (names.value.kind === 'list' && names.value.items.length > 0)
    return names.value.items.flatMap((item, i) =>
      listed(d, number, item, i + 1, args, { ...names.at, line: item.line }, problems),
    );
  problems.add(names.at, 'bad-argument', `"names" is ${kindOf(names.value)}, not a list`, 'write - NAME below it');
  return [];
}

/** The name, which is the id where none is given. One that is known only at run time stays an argument. */
function named(
  d: Declaration,
  name: Argument | undefined,
  args: ReadonlyMap<string, Argument>,
  problems: Problems,
): [string, ReadonlyMap<string, Argument>] {
  const text = textOf(name?.value);
  if (!name || (text !== undefined && text !== '')) return [text ?? d.id, args];
  if (name.value.kind === 'runtime') return [d.id, new Map([...args, ['name', name]])];
  problems.add(
    name.at,
    'bad-argument',
    `the name of "${d.id}" is ${text === '' ? 'empty' : kindOf(name.value)}`,
    'give it a text, or leave it out',
  );
  return [d.id, args];
}

/** An entry of `names`: a name, or a name with arguments of its own, which go over those of the state. */
function listed(
  d: Declaration,
  number: number,
  item: Node,
  nameNumber: number,
  args: ReadonlyMap<string, Argument>,
  at: Place,
  problems: Problems,
): Draft[] {
  const bare = textOf(item);
  if (bare) return [draft(d, number, bare, args, d.requisites, nameNumber)];
  const [only, ...more] = item.kind === 'map' ? item.entries : [];
  if (!only || more.length > 0) {
    problems.add(
      at,
      'bad-argument',
      `an entry of "names" is ${bare === '' ? 'empty' : kindOf(item)}`,
      'write - NAME, or - NAME: with arguments below it',
    );
    return [];
  }
  const own = readArguments(only.value, at, problems);
  const bound = boundHere(own.requisites, only.key, problems);
  const requisites = [...d.requisites.filter((r) => !bound.some((o) => o.kind === r.kind)), ...bound];
  return [draft(d, number, only.key, new Map([...args, ...own.args]), requisites, nameNumber)];
}

/** Requisites are turned round, and arguments copied, before `names` are: an entry of them comes too late. */
function boundHere(requisites: readonly Written[], name: string, problems: Problems): Written[] {
  return requisites.filter((r) => {
    if (!r.in && r.kind !== 'use') return true;
    const word = `${r.kind}${r.in ? '_in' : ''}`;
    problems.add(r.at, 'bad-requisite', `"${word}" stands below the name "${name}" alone`, 'write it for the whole state');
    return false;
  });
}

function draft(
  d: Declaration,
  number: number,
  name: string,
  args: ReadonlyMap<string, Argument>,
  requisites: readonly Written[],
  nameNumber?: number,
): Draft {
  const { id, module } = d;
  const head = { id, module, function: d.function ?? '', name };
  return { ...head, key: keyOf(head), args, requisites, declaration: d, number, nameNumber };
}
