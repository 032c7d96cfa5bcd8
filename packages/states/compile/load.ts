import { nearest } from '../documents/nearest.js';
import type { Scope } from '../template/evaluate.js';
import { type Expansion, expand } from '../template/expand.js';
import { kindOf, type MapNode, type Node, textOf } from '../template/nodes.js';
import type { Budget } from '../template/values.js';
import type { Declared } from './declaration.js';
import { declare } from './declare.js';
import type { SourceFile } from './files.js';
import type { Place, Problems } from './problems.js';
import { parseYaml } from './yaml.js';

const deepest = 100;

/** Everything that the chosen files say, and those that they include. */
export interface Loaded extends Declared {
  /** The files that were read, by name, with the names that each includes. */
  includes: Map<string, string[]>;
}

/** Reads files and what they include, each once, what is included before what includes it. */
export class Loader {
  readonly #loaded: Loaded = { declarations: [], extensions: [], exclusions: [], includes: new Map() };

  constructor(
    readonly files: ReadonlyMap<string, SourceFile>,
    readonly scope: Scope,
    readonly budget: Budget,
    readonly problems: Problems,
  ) {}

  load(chosen: readonly { name: string; at: Place }[]): Loaded {
    for (const { name, at } of chosen) this.#loadOne(name, at);
    return this.#loaded;
  }

  #loadOne(name: string, from: Place, depth = 0): void {
    if (this.#loaded.includes.has(name)) return;
    const file = this.files.get(name);
    if (file && depth <= deepest) this.#read(name, file, depth);
    else if (!file) this.#missing(name, from);
    else this.problems.add(from, 'too-deep', `files include one another ${deepest} deep`, 'include them from one file');
  }

  #read(name: string, { text, ...place }: SourceFile, depth: number): void {
    const included: string[] = [];
    this.#loaded.includes.set(name, included);
    const node = this.#expanded(name, text, place);
    if (!node) return;
    for (const { name: other, at } of includedBy(node, name, place, this.problems)) {
      included.push(other);
      this.#loadOne(other, at, depth + 1);
    }
    const { declarations, extensions, exclusions } = declare(node, { name, place, problems: this.problems });
    this.#loaded.declarations.push(...declarations);
    this.#loaded.extensions.push(...extensions);
    this.#loaded.exclusions.push(...exclusions);
  }

  #missing(name: string, from: Place): void {
    const close = nearest(name, this.files.keys());
    const file = name.replaceAll('.', '/');
    const hint = close === undefined ? `write ${file}.yaml or ${file}/init.yaml` : `did you mean "${close}"`;
    this.problems.add(from, 'no-sls', `there are no states "${name}"`, hint);
  }

  #expanded(name: string, text: string, place: Omit<Place, 'line'>): MapNode | undefined {
    const node = parseYaml(text, place, this.problems);
    if (!node || (node.kind === 'scalar' && node.value === null)) return undefined;
    const expansion: Expansion = { place, problems: this.problems, budget: this.budget };
    const made = expand(node, new Map([...this.scope, ['sls', name]]), expansion);
    if (made.kind === 'map') return made;
    if (!expansion.spent)
      this.problems.add(
        { ...place, line: made.line },
        'bad-state',
        `states are ${kindOf(made)}, not a map`,
        'write ID: at the beginning of a line',
      );
    return undefined;
  }
}

function includedBy(node: MapNode, sls: string, place: Omit<Place, 'line'>, problems: Problems): { name: string; at: Place }[] {
  const entry = node.entries.find((e) => e.key === 'include');
  if (!entry) return [];
  const items: readonly Node[] = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  return items.flatMap((item) => {
    const at = { ...place, line: item.line };
    const name = entry.value.kind === 'list' ? textOf(item) : undefined;
    if (name !== undefined) return [{ name: absolute(name, sls, place.file), at }];
    problems.add(at, 'bad-include', `"include" has ${kindOf(item)} where names of files belong`, 'write - NAME below it');
    return [];
  });
}

/** `.b` beside the file, `..b` one directory above. */
function absolute(name: string, sls: string, file: string): string {
  const dots = /^\.*/.exec(name)?.[0].length ?? 0;
  if (dots === 0) return name;
  const parts = sls.split('.');
  const directory = /(^|\/)init\.[a-z]+$/.test(file) && sls !== 'init' ? parts : parts.slice(0, -1);
  return [...directory.slice(0, directory.length - (dots - 1)), name.slice(dots)].join('.');
}
