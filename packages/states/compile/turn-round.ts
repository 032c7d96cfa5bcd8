import type { Argument, Declaration, Target, Written } from './declaration.js';
import { written } from './declaration.js';
import { closure, Index, isPattern, namesOf } from './find.js';
import type { Problems } from './problems.js';

interface World {
  index: Index<Declaration>;
  includes: ReadonlyMap<string, readonly string[]>;
  problems: Problems;
}

/** Gives requisites in their `_in` form to the states that they name, and carries `use` and `use_in` out. None of these is left. */
export function turnRound(declarations: readonly Declaration[], includes: World['includes'], problems: Problems): void {
  const world: World = { index: new Index(declarations, namesOf), includes, problems };
  const before = declarations.map((d) => ({ declaration: d, requisites: d.requisites, args: new Map(d.args) }));
  const own = new Map(before.map(({ declaration, args }) => [declaration, args]));
  for (const { declaration } of before) declaration.requisites = declaration.requisites.filter((r) => !r.in && r.kind !== 'use');
  for (const { declaration, requisites } of before)
    for (const requisite of requisites) turnOne(declaration, requisite, own, world);
}

function turnOne(
  source: Declaration,
  requisite: Written,
  own: ReadonlyMap<Declaration, Map<string, Argument>>,
  world: World,
): void {
  if (!requisite.in && requisite.kind !== 'use') return;
  for (const target of targetsOf(source, requisite, world))
    if (requisite.kind !== 'use') {
      target.requisites.push({ ...requisite, in: false, target: { kind: 'declaration', declaration: source } });
    } else if (requisite.in) copy(source, target, own);
    else copy(target, source, own);
}

/** `use` copies what the other was given itself, not what that one copied, and never names. Of several the last one holds. */
function copy(from: Declaration, to: Declaration, own: ReadonlyMap<Declaration, Map<string, Argument>>): void {
  for (const [key, argument] of own.get(from) ?? [])
    if (key !== 'name' && key !== 'names' && !own.get(to)?.has(key)) to.args.set(key, argument);
}

function targetsOf(source: Declaration, { target, at, kind, in: turned }: Written, world: World): readonly Declaration[] {
  const word = turned ? `${kind}_in` : kind;
  const found = candidates(source, target, world);
  if (found.length === 0)
    world.problems.add(
      at,
      'no-target',
      `"${word}" names state "${written(target)}", which is not here`,
      'look for its id and module, or include its file',
    );
  if (found.length < 2 || target.kind !== 'match' || isPattern(target.pattern)) return found;
  const hint = `name one: ${found.map((d) => `${d.module}: ${d.id}`).join(', ')}`;
  world.problems.add(at, 'ambiguous', `"${word}" names "${written(target)}", which ${found.length} states are called`, hint);
  return [];
}

function candidates(source: Declaration, target: Target, { index, includes }: World): readonly Declaration[] {
  if (target.kind === 'declaration') return [target.declaration];
  if (target.kind === 'sls') {
    const files = includes.has(target.sls) ? closure(target.sls, includes) : new Set<string>();
    return index.all.filter((d) => files.has(d.sls) && d !== source);
  }
  const found = index.find(target.module, target.pattern);
  if (isPattern(target.pattern)) return found.filter((d) => d !== source);
  const byId = found.filter((d) => d.id === target.pattern);
  return byId.length > 0 ? byId : found;
}
