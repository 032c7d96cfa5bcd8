import type { Json } from '#tool/json.js';
import { type Node, plain, type RuntimeForm } from '../template/nodes.js';
import type { Budget } from '../template/values.js';
import type { Draft } from './draft.js';
import { type Index, isPattern } from './find.js';
import type { Place, Problems } from './problems.js';

/** What references may lead to. */
export interface Reachable {
  drafts: Index<Draft>;
  byKey: ReadonlyMap<string, Draft>;
  /** Paths of files and directories, by repository. */
  files: ReadonlyMap<string, ReadonlySet<string>>;
  problems: Problems;
  budget: Budget;
}

/** Makes JSON of arguments; references to outputs and files are resolved, and what they lead to is kept. */
export class ArgumentValues {
  /** Keys of the pieces whose output is used. */
  readonly outputs = new Set<string>();

  constructor(
    readonly place: Place,
    readonly to: Reachable,
  ) {}

  json(node: Node): Json {
    this.to.budget.spend(1);
    if (node.kind === 'list') return node.items.map((item) => this.json(item));
    if (node.kind === 'map') return Object.fromEntries(node.entries.map(({ key, value }) => [key, this.json(value)]));
    return node.kind === 'runtime' ? this.#form(node.form, { ...this.place, line: node.line }) : plain(node, this.to.budget);
  }

  #form(form: RuntimeForm, at: Place): Json {
    if ('$output' in form) return { $output: this.#output(form.$output, at) };
    if ('$file' in form) return { $file: this.#file(form.$file, at) };
    if ('$join' in form) return { $join: form.$join.map((part) => (typeof part === 'string' ? part : this.#form(part, at))) };
    return { $secret: form.$secret };
  }

  /** One of another node is known there only; here the piece has to be one, and one alone. */
  #output({ piece, path, node }: { piece: string; path: (string | number)[]; node?: string }, at: Place): Json {
    if (node !== undefined) return { node, piece, path };
    const found = this.#named(piece);
    const [only, ...more] = found;
    if (only && more.length === 0) this.outputs.add(only.key);
    else if (only)
      this.to.problems.add(
        at,
        'ambiguous',
        `an output of "${piece}" is used, which ${found.length} states are called`,
        `name one: ${only.key}`,
      );
    else
      this.to.problems.add(
        at,
        'no-target',
        `an output of "${piece}" is used, which is not here`,
        'look for its id and module, or include its file',
      );
    return { piece: only?.key ?? piece, path };
  }

  #named(text: string): readonly Draft[] {
    const exact = this.to.byKey.get(text);
    if (exact) return [exact];
    const [, module, name] = /^([a-z_][a-z0-9_]*): +(.+)$/.exec(text) ?? [];
    const found = this.to.drafts.find(module, name ?? text);
    return isPattern(text) ? found.filter((d) => d.id === (name ?? text) || d.name === (name ?? text)) : found;
  }

  #file(path: string, at: Place): Json {
    if (!this.to.files.get(at.repository)?.has(path))
      this.to.problems.add(
        at,
        'no-file',
        `the file "${path}" is not in repository "${at.repository}"`,
        'write its path from the top of the repository',
      );
    return { repository: at.repository, path };
  }
}
