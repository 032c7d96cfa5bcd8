import { fail } from '#tool/errors.js';
import type { Edge, Mode, Piece, StatePlan, States } from '../documents/documents.js';
import { cycles, cycleText } from '../graph/cycles.js';
import { edgesOf, mostEdges } from '../graph/edges.js';
import { Graph } from '../graph/sort.js';
import type { Aggregates } from './batch.js';
import { type FileOrder, fileOrder } from './file-order.js';
import { genius } from './genius.js';

/** What a mode adds to the requisites. */
export type Ordered = Pick<StatePlan, 'steps' | 'edges' | 'notes'>;

/**
 * Orders pieces. `justdoit`: only requisites bind. `ansible`: one after another in file order, requisites first. `genius`: repositories
 * of packages before packages, several of one kind in one transaction, the longest path first. No mode breaks a requisite.
 *
 * @param aggregates whether several pieces of a module's function may be one transaction
 * @throws DvmError `cycle`, `duplicate-piece`, `no-piece`, `too-large` (exit 65)
 */
export function order(states: States, mode: Mode, aggregates: Aggregates): StatePlan {
  const pieces = byKey(states.pieces);
  const edges = checkedEdges(pieces);
  const graph = new Graph(pieces.keys(), edges);
  const files = fileOrder(pieces, graph);
  if (files.keys.length < pieces.size) refuseCycles(pieces, edges);
  const ordered = { justdoit, ansible, genius }[mode]({ pieces, edges, graph, files, aggregates });
  const { facts, repositories } = states;
  return { kind: 'state-plan', version: 1, mode, facts, repositories, pieces: Object.fromEntries(pieces), ...ordered };
}

/** What an ordering works on. */
export interface Task {
  pieces: ReadonlyMap<string, Piece>;
  edges: readonly Edge[];
  graph: Graph;
  files: FileOrder;
  aggregates: Aggregates;
}

function byKey(list: readonly Piece[]): Map<string, Piece> {
  const pieces = new Map(list.map((piece) => [piece.key, piece]));
  if (pieces.size === list.length) return pieces;
  const twice = list.find((piece, i) => list.findIndex((other) => other.key === piece.key) !== i);
  throw fail('badInput', 'duplicate-piece', `the states hold piece "${twice?.key}" twice`, { hint: 'compile them again' });
}

function checkedEdges(pieces: ReadonlyMap<string, Piece>): Edge[] {
  for (const { key, requisites } of pieces.values())
    for (const [kind, targets] of Object.entries(requisites)) {
      const lost = targets.find((target) => !pieces.has(target));
      if (lost !== undefined)
        throw fail('badInput', 'no-piece', `"${kind}" of piece "${key}" names piece "${lost}", which is not here`, {
          hint: 'compile the states again',
        });
    }
  const edges: Edge[] = [];
  for (const edge of edgesOf([...pieces.values()], pieces))
    if (edges.push(edge) > mostEdges)
      throw fail('badInput', 'too-large', `requisites bind more than ${mostEdges} pairs of states`, {
        hint: 'name fewer states by patterns and sls',
      });
  return edges;
}

function refuseCycles(pieces: ReadonlyMap<string, Piece>, edges: readonly Edge[]): never {
  const found = cycles(pieces.keys(), edges);
  throw fail('badInput', 'cycle', `states wait for one another: ${cycleText(found[0] ?? [])}`, {
    hint: 'take one of these requisites away',
    details: { cycles: found },
  });
}

function justdoit({ edges, files }: Task): Ordered {
  return { steps: files.keys.map((key) => ({ pieces: [key], priority: 0 })), edges: [...edges], notes: [] };
}

function ansible({ pieces, edges, files }: Task): Ordered {
  const chain = files.keys
    .slice(1)
    .map((to, i): Edge => ({ from: files.keys[i] ?? '', to, kind: 'order', why: 'one after another' }));
  const pulled = files.keys.filter((key) => (files.effective.get(key) ?? 0) < (pieces.get(key)?.order ?? 0));
  const notes =
    pulled.length === 0 ? [] : [{ what: 'moved forward, because states that come earlier wait for them', pieces: pulled }];
  return { steps: files.keys.map((key) => ({ pieces: [key], priority: 0 })), edges: [...edges, ...chain], notes };
}
