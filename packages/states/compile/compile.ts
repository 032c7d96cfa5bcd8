import type { Json } from '#tool/json.js';
import type { Piece, StateSources, States } from '../documents/documents.js';
import { cycles, cycleText } from '../graph/cycles.js';
import { edgesOf, mostEdges } from '../graph/edges.js';
import { TemplateError } from '../template/expression.js';
import { Budget } from '../template/values.js';
import { checkModule, type Modules, modulesOf } from './check-modules.js';
import { commonArguments } from './common-arguments.js';
import { dataOf } from './data.js';
import type { Draft } from './draft.js';
import { exclude } from './exclude.js';
import { extend } from './extend.js';
import { stateFiles } from './files.js';
import { Index } from './find.js';
import { commonArguments as commonKeys } from './keywords.js';
import { type Loaded, Loader } from './load.js';
import { drafts } from './names.js';
import { orderNumbers } from './order-numbers.js';
import { Problems } from './problems.js';
import { Resolver } from './resolve.js';
import { type Chosen, chosenByTop } from './top.js';
import { turnRound } from './turn-round.js';
import { ArgumentValues, type Reachable } from './values.js';
import { verify } from './verify.js';

/**
 * Makes pieces of states: include, extend, verify, `_in` and `use`, exclude, `names`, requisites, in this order. Everything that is
 * wrong is found before anything is said.
 *
 * @param names states such as `web.nginx`; none: what the top file has for this node
 * @throws DvmError `bad-states` (exit 65); its details list every problem with file, line and what would mend it
 */
export async function compile(sources: StateSources, names: readonly string[]): Promise<States> {
  const problems = new Problems();
  try {
    return await compiled(sources, names, problems);
  } catch (e) {
    if (!(e instanceof TemplateError)) throw e;
    const whole = { repository: sources.repositories[0]?.name ?? '', file: 'states', line: 1 };
    if (problems.count === 0) problems.add(whole, e.code, e.message, e.hint);
    throw problems.error() ?? e;
  }
}

async function compiled(sources: StateSources, names: readonly string[], problems: Problems): Promise<States> {
  const budget = new Budget();
  const loaded = load(sources, names, budget, problems);
  const extended = extend(loaded.declarations, loaded.extensions, problems);
  const sound = verify(extended, problems);
  turnRound(sound, loaded.includes, problems);
  const { kept, excluded } = exclude(sound, loaded.exclusions, problems);
  const index = new Index(drafts(kept, problems), (d) => [d.name]);
  const resolver = new Resolver(index, loaded.includes, excluded, problems);
  const pieces = piecesOf(index, resolver, sources, await modulesOf(index.all, sources), { budget, problems });
  refuseCycles(pieces, problems);
  const error = problems.error();
  if (error) throw error;
  const places = sources.repositories.map(({ name, url, commit, directory }) => [
    name,
    { url, ...(commit && { commit }), directory },
  ]);
  return { kind: 'states', version: 1, facts: sources.facts, repositories: Object.fromEntries(places), pieces };
}

function load(sources: StateSources, names: readonly string[], budget: Budget, problems: Problems): Loaded {
  const scope = new Map<string, Json>([
    ['facts', sources.facts as Json],
    ['data', dataOf(sources, problems, budget)],
  ]);
  const given = { repository: sources.repositories[0]?.name ?? '', file: 'command line', line: 1 };
  const chosen: Chosen =
    names.length > 0 ? names.map((name) => ({ name, at: given })) : chosenByTop(sources, scope, budget, problems);
  const loader = new Loader(stateFiles(sources), scope, budget, problems);
  return loader.load(chosen);
}

function piecesOf(
  index: Index<Draft>,
  resolver: Resolver,
  sources: StateSources,
  modules: Modules,
  { budget, problems }: Pick<Reachable, 'budget' | 'problems'>,
): Piece[] {
  const reachable: Reachable = {
    drafts: index,
    byKey: new Map(index.all.map((d) => [d.key, d])),
    files: new Map(sources.repositories.map((r) => [r.name, pathsOf(r.files)])),
    budget,
    problems,
  };
  const orders = orderNumbers(index.all, problems);
  return index.all.map((draft) => {
    const values = new ArgumentValues(draft.declaration.at, reachable);
    const args = argumentsOf(draft, values);
    checkModule(draft, args, modules, sources, problems);
    const common = commonArguments(draft, (node) => values.json(node), problems);
    const requisites = resolver.requisites(draft, values.outputs);
    const { key, module, function: f, id, name, declaration } = draft;
    const at = { ...declaration.at, sls: declaration.sls };
    return { key, module, function: f, id, name, args, requisites, order: orders.get(draft) ?? 0, ...common, at };
  });
}

/** A name that is known only at run time is among them. */
function argumentsOf(draft: Draft, values: ArgumentValues): Piece['args'] {
  const own = [...draft.args].filter(([key]) => !commonKeys.has(key) || key === 'name');
  return Object.fromEntries(own.map(([key, { value }]) => [key, values.json(value)]));
}

/** Of files, and of the directories that they are in. */
function pathsOf(files: readonly { path: string }[]): Set<string> {
  const paths = new Set<string>();
  for (const { path } of files)
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const above = path.slice(0, end);
      if (paths.has(above)) break;
      paths.add(above);
    }
  return paths;
}

function refuseCycles(pieces: readonly Piece[], problems: Problems): void {
  const byKey = new Map(pieces.map((p) => [p.key, p]));
  const edges = [];
  for (const edge of edgesOf(pieces, byKey)) if (edges.push(edge) > mostEdges) break;
  const whole = pieces[0]?.at ?? { repository: '', file: '', line: 1 };
  if (edges.length > mostEdges) {
    const message = `requisites bind more than ${mostEdges} pairs of states`;
    problems.add(whole, 'too-large', message, 'name fewer states by patterns and sls');
    return;
  }
  for (const cycle of cycles(byKey.keys(), edges)) {
    const at = byKey.get(cycle[0]?.to ?? '')?.at ?? whole;
    problems.add(at, 'cycle', `states wait for one another: ${cycleText(cycle)}`, 'take one of these requisites away');
  }
}
