import type * as Yaml from 'yaml';
import type { Entry, Node } from '../template/nodes.js';
import type { Place, Problems } from './problems.js';

/** Bytes of one file, and nesting in it. */
const mostText = 16 << 20;
const deepest = 64;
/** Maps that one `<<` names. */
const mostMerged = 64;
/** Of what one file breaks of the syntax. */
const mostTold = 20;

/**
 * Reads a YAML 1.2 document (JSON is one) with the lines of all that is in it. Aliases become the node that they name, which is
 * then shared: what they would multiply to is bounded where they are walked through. Undefined, with problems told, when it is wrong.
 */
export function parseYaml(text: string, place: Omit<Place, 'line'>, problems: Problems): Node | undefined {
  if (text.length > mostText) {
    problems.add({ ...place, line: 1 }, 'too-large', `the file is longer than ${mostText} characters`, 'split it');
    return undefined;
  }
  const reader = new Reader(text, place, problems);
  const before = problems.count;
  const node = reader.read();
  return problems.count === before ? node : undefined;
}

class Reader {
  readonly #yaml = require('yaml') as typeof Yaml; // slow to load
  readonly #lines = new this.#yaml.LineCounter();
  readonly #anchors = new Map<string, Node>();

  constructor(
    readonly text: string,
    readonly place: Omit<Place, 'line'>,
    readonly problems: Problems,
  ) {}

  read(): Node | undefined {
    const [document, second] = this.#documents();
    if (!document) return undefined;
    if (second)
      this.#problem(this.#lines.linePos(second.range[0]).line, 'bad-yaml', 'a second document begins here', 'make a file of it');
    for (const { pos, message } of [...document.errors, ...document.warnings].slice(0, mostTold))
      this.#problem(
        this.#lines.linePos(pos[0]).line,
        'bad-yaml',
        firstLine(message),
        'see https://yaml.org/spec/1.2.2 for the syntax',
      );
    return document.errors.length > 0 ? undefined : this.#node(document.contents, 1, 0);
  }

  /** Composing is recursive, so what is nested too deep for it must not get there. */
  #documents(): Yaml.Document.Parsed[] {
    const tokens = [...new this.#yaml.Parser(this.#lines.addNewLine).parse(this.text)];
    if (tokens.some((token) => isDeeper(token, 2 * deepest))) {
      this.#problem(1, 'too-deep', `nested deeper than ${deepest}`, 'write it with less nesting');
      return [];
    }
    const composer = new this.#yaml.Composer({
      lineCounter: this.#lines,
      uniqueKeys: false, // is told below, in linear time
      prettyErrors: false,
    });
    return [...composer.compose(tokens, true, this.text.length)] as Yaml.Document.Parsed[];
  }

  #node(node: unknown, line: number, depth: number): Node {
    const { isAlias, isMap, isScalar, isSeq, isNode } = this.#yaml;
    if (!isNode(node)) return { kind: 'scalar', line, value: null };
    const at = node.range ? this.#lines.linePos(node.range[0]).line : line;
    if (isAlias(node)) return this.#alias(node.source, at);
    if (depth > deepest) {
      this.#problem(at, 'too-deep', `nested deeper than ${deepest}`, 'write it with less nesting');
      return { kind: 'scalar', line: at, value: null };
    }
    const made = isMap(node)
      ? this.#map(node, at, depth)
      : isSeq(node)
        ? ({ kind: 'list', line: at, items: node.items.map((item) => this.#node(item, at, depth + 1)) } as const)
        : this.#scalar(isScalar(node) ? node.value : undefined, at);
    if (node.anchor) this.#anchors.set(node.anchor, made);
    return made;
  }

  #alias(name: string, line: number): Node {
    const node = this.#anchors.get(name);
    if (!node)
      this.#problem(line, 'bad-yaml', `alias "${name}" stands inside what it names, or before it`, `put &${name} before it`);
    return node ?? { kind: 'scalar', line, value: null };
  }

  #scalar(value: unknown, line: number): Node {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return { kind: 'scalar', line, value };
    if (typeof value === 'number' && Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value)))
      return { kind: 'scalar', line, value };
    this.#problem(line, 'bad-value', `the value ${String(value)} cannot be told exactly`, 'put it in quotes');
    return { kind: 'scalar', line, value: null };
  }

  #map(map: Yaml.YAMLMap, line: number, depth: number): Node {
    const entries = new Map<string, Entry>();
    const merged: Node[] = [];
    for (const { key, value } of map.items) {
      const at = this.#yaml.isNode(key) && key.range ? this.#lines.linePos(key.range[0]).line : line;
      const name = this.#key(key, at);
      if (name === undefined) continue;
      const made = this.#node(value, at, depth + 1);
      if (name === '<<') merged.push(made);
      else if (!entries.has(name)) entries.set(name, { key: name, line: at, value: made });
      else
        this.#problem(
          at,
          'duplicate-key',
          `"${name}" is here twice, first on line ${entries.get(name)?.line}`,
          'rename or remove one',
        );
    }
    for (const node of merged) this.#merge(entries, node);
    return { kind: 'map', line, entries: [...entries.values()] };
  }

  /** YAML's `<<`: the entries of other maps, where there are none of that name. */
  #merge(entries: Map<string, Entry>, node: Node): void {
    const maps = node.kind === 'list' && node.items.length <= mostMerged ? node.items : [node];
    for (const map of maps)
      if (map.kind !== 'map')
        this.#problem(node.line, 'bad-yaml', '"<<" names no map', 'give it a map, such as *ALIAS, or a few');
      else for (const entry of map.entries) if (!entries.has(entry.key)) entries.set(entry.key, entry);
  }

  #key(key: unknown, line: number): string | undefined {
    const { isScalar, isMap } = this.#yaml;
    if (isScalar(key) && key.value !== null && key.value !== '' && key.value !== '__proto__')
      return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
    const template = isMap(key);
    this.#problem(
      line,
      'bad-key',
      'a key is no text',
      template ? 'put templates in quotes: "{{ … }}"' : 'write a text before the colon',
    );
    return undefined;
  }

  #problem(line: number, code: string, message: string, hint: string): undefined {
    this.problems.add({ ...this.place, line }, code, message, hint);
  }
}

/** Without recursion. */
function isDeeper(token: Yaml.CST.Token, limit: number): boolean {
  const open: [Yaml.CST.Token, number][] = [[token, 0]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [at, depth] = next;
    if (depth > limit) return true;
    if ('value' in at && at.value) open.push([at.value, depth]);
    for (const { key, value } of 'items' in at ? at.items : [])
      for (const part of [key, value]) if (part) open.push([part, depth + 1]);
  }
  return false;
}

function firstLine(text: string): string {
  const line = text.split('\n')[0] ?? '';
  return `${line.slice(0, 1).toLowerCase()}${line.slice(1)}`;
}
