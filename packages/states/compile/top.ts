import type { StateSources } from '../documents/documents.js';
import type { Scope } from '../template/evaluate.js';
import { expand } from '../template/expand.js';
import { kindOf, type Node, textOf } from '../template/nodes.js';
import type { Budget } from '../template/values.js';
import { type SourceFile, topFile } from './files.js';
import { matcher } from './find.js';
import type { Place, Problems } from './problems.js';
import { parseYaml } from './yaml.js';

/** Names of states, each with the place that names it. */
export type Chosen = { name: string; at: Place }[];

/**
 * What the top file has for this node: the names below every target that is it. A target is a pattern for the node's name, or
 * `role:PATTERN` for one of its roles; what depends on other facts stands below `$if`.
 */
export function chosenByTop(sources: StateSources, scope: Scope, budget: Budget, problems: Problems): Chosen {
  const file = topFile(sources);
  if (!file) {
    const repository = sources.repositories[0]?.name ?? '';
    problems.add(
      { repository, file: 'top.yaml', line: 1 },
      'no-top',
      'no states are named, and there is no top file',
      'name states, or write top.yaml',
    );
    return [];
  }
  const { text, ...place } = file;
  const node = parseYaml(text, place, problems);
  return node ? chosen(expand(node, scope, { place, problems, budget }), file, sources.facts, problems) : [];
}

function chosen(
  top: Node,
  { text: _, ...place }: SourceFile,
  facts: Readonly<Record<string, unknown>>,
  problems: Problems,
): Chosen {
  if (top.kind !== 'map') {
    problems.add(
      { ...place, line: top.line },
      'bad-top',
      `the top file is ${kindOf(top)}, not a map`,
      'write TARGET: and - NAME below it',
    );
    return [];
  }
  const names = top.entries.filter((e) => isTarget(e.key, facts)).flatMap((e) => listed(e.value, place, problems));
  return names.filter((one, i) => names.findIndex((other) => other.name === one.name) === i);
}

/** True when a target means the node of these facts. */
export function isTarget(target: string, facts: Readonly<Record<string, unknown>>): boolean {
  if (!target.startsWith('role:')) return matcher(target)(String(facts.node ?? ''));
  const fits = matcher(target.slice('role:'.length));
  return Array.isArray(facts.roles) && facts.roles.some((role) => fits(String(role)));
}

function listed(node: Node, place: Omit<Place, 'line'>, problems: Problems): Chosen {
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => {
    const name = textOf(item);
    if (name !== undefined) return [{ name, at: { ...place, line: item.line } }];
    problems.add(
      { ...place, line: item.line },
      'bad-top',
      `a target has ${kindOf(item)} where names of states belong`,
      'write - NAME below it',
    );
    return [];
  });
}
