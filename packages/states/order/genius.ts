import type { Edge, Step } from '../documents/documents.js';
import { Graph, sorted } from '../graph/sort.js';
import { batches, contract } from './batch.js';
import { fileOrder } from './file-order.js';
import type { Ordered, Task } from './order.js';

type Notes = Ordered['notes'];

/** Repositories first, transactions together, the longest path first; nothing that requisites forbid, and it says what it did. */
export function genius(task: Task): Ordered {
  const added = repositoriesFirst(task);
  const edges = [...task.edges, ...added.edges];
  const graph = new Graph(task.pieces.keys(), edges);
  const files = fileOrder(task.pieces, graph);
  const groups = batches(files.keys, task.pieces, graph, task.aggregates);
  const steps = longestFirst(groups, graph, files.compare);
  return { steps, edges, notes: [...added.notes, ...batchNotes(groups, task), ...pathNote(steps)] };
}

/**
 * An edge from every repository of packages to every package, but where the repository has to wait for the package itself. The
 * edges are added one repository after another, so that they make no circle together.
 */
function repositoriesFirst({ pieces, graph, files }: Task): { edges: Edge[]; notes: Notes } {
  const of = (module: string): string[] => files.keys.filter((key) => pieces.get(key)?.module === module);
  const packages = of('pkg');
  const edges: Edge[] = [];
  const bound = new Graph(pieces.keys(), []);
  for (const [from, after] of graph.after) for (const to of after) bound.bind(from, to);
  const repositories = packages.length === 0 ? [] : of('pkgrepo');
  for (const from of repositories) {
    const needed = bound.ancestors(from);
    for (const to of packages) {
      if (needed.has(to) || bound.after.get(from)?.has(to)) continue;
      bound.bind(from, to);
      edges.push({ from, to, kind: 'repository', why: 'packages may come from it' });
    }
  }
  const moved = [...new Set(edges.map((e) => e.from))];
  return { edges, notes: moved.length === 0 ? [] : [{ what: 'before the packages, which may come from them', pieces: moved }] };
}

function batchNotes(groups: readonly string[][], { pieces }: Task): Notes {
  return groups
    .filter((group) => group.length > 1)
    .map((group) => {
      const first = pieces.get(group[0] ?? '');
      return { what: `${group.length} of ${first?.module}.${first?.function} in one transaction`, pieces: [...group] };
    });
}

/** Steps with the number of steps on the longest path that begins with each; large numbers first where edges leave the choice. */
function longestFirst(groups: readonly string[][], graph: Graph, compare: (a: string, b: string) => number): Step[] {
  const name = (group: readonly string[]): string => group[0] ?? '';
  const groupOf = new Map(groups.flatMap((group) => group.map((key): [string, string] => [key, name(group)])));
  const contracted = contract(graph, groupOf);
  const lengths = new Map<string, number>();
  for (const key of sorted(contracted, () => 0).reverse()) {
    let longest = 0;
    for (const after of contracted.after.get(key) ?? []) longest = Math.max(longest, lengths.get(after) ?? 0);
    lengths.set(key, longest + 1);
  }
  const byName = new Map(groups.map((group) => [name(group), group]));
  const length = (key: string): number => lengths.get(key) ?? 0;
  return sorted(contracted, (a, b) => length(b) - length(a) || compare(a, b)).map((key) => ({
    pieces: byName.get(key) ?? [key],
    priority: length(key),
  }));
}

function pathNote(steps: readonly Step[]): Notes {
  const longest = steps.filter((step) => step.priority === steps[0]?.priority);
  if (steps.length === 0 || longest.length === steps.length) return [];
  return [
    {
      what: `begun first: the longest path, of ${longest[0]?.priority} steps, begins here`,
      pieces: longest.flatMap((s) => s.pieces),
    },
  ];
}
