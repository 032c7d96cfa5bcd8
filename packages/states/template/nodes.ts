import type { Json } from '#tool/json.js';
import type { Budget } from './values.js';

/** A value of a state file with the line that it stands on. Made once and never changed: aliases share it. */
export type Node = ScalarNode | ListNode | MapNode | RuntimeNode;

export interface ScalarNode {
  kind: 'scalar';
  line: number;
  value: null | boolean | number | string;
}

export interface ListNode {
  kind: 'list';
  line: number;
  items: readonly Node[];
}

export interface MapNode {
  kind: 'map';
  line: number;
  entries: readonly Entry[];
}

export interface Entry {
  key: string;
  line: number;
  value: Node;
}

/** What is known only when states run: `{"$output": …}`, `{"$secret": …}`, `{"$file": …}`, `{"$join": [ … ]}`. */
export interface RuntimeNode {
  kind: 'runtime';
  line: number;
  form: RuntimeForm;
}

export type RuntimeForm =
  | { $output: { piece: string; path: (string | number)[]; node?: string } }
  | { $secret: string }
  | { $file: string }
  | { $join: (string | RuntimeForm)[] };

/** A node as JSON. @throws TemplateError `too-large` when aliases multiply to more than the budget allows */
export function plain(node: Node, budget: Budget): Json {
  budget.spend(1);
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map((item) => plain(item, budget));
    case 'map':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, plain(value, budget)]));
    case 'runtime':
      return node.form as Json;
  }
}

/** JSON as a node, all of it on one line. */
export function nodeOf(value: Json, line: number): Node {
  if (Array.isArray(value)) return { kind: 'list', line, items: value.map((v) => nodeOf(v, line)) };
  if (typeof value !== 'object' || value === null) return { kind: 'scalar', line, value };
  return { kind: 'map', line, entries: Object.entries(value).map(([key, v]) => ({ key, line, value: nodeOf(v, line) })) };
}

/** What a node is, in words. */
export function kindOf(node: Node): string {
  if (node.kind === 'runtime') return 'known only at run time';
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'a map';
  if (node.value === null) return 'nothing';
  if (typeof node.value === 'string') return 'text';
  return typeof node.value === 'number' ? 'a number' : 'true or false';
}

/** The text of a scalar; numbers and truth values as they would be written. Undefined for all else. */
export function textOf(node: Node | undefined): string | undefined {
  if (node?.kind !== 'scalar' || node.value === null) return undefined;
  return String(node.value);
}
