import { TemplateError } from './expression.js';
import { type MapNode, type Node, type RuntimeForm, type RuntimeNode, textOf } from './nodes.js';

/** A map that is written as a value known at run time; undefined for any other. @throws TemplateError */
export function runtimeForm(map: MapNode): RuntimeNode | undefined {
  const [only, ...more] = map.entries;
  if (!only || more.length > 0) return undefined;
  const form = formOf(only.key, only.value);
  return form && { kind: 'runtime', line: map.line, form };
}

function formOf(key: string, value: Node): RuntimeForm | undefined {
  const text = value.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
  if (key === '$secret' || key === '$file') {
    if (text === undefined) throw wrong(key, `${key}: TEXT`);
    return key === '$secret' ? { $secret: text } : { $file: text };
  }
  if (key === '$output') return text === undefined ? outputOf(value) : { $output: { piece: text, path: [] } };
  return key === '$join' ? { $join: partsOf(value) } : undefined;
}

function outputOf(value: Node): RuntimeForm {
  const usage = '$output: {piece: STATE, path: [KEY, …], node: NODE}';
  if (value.kind !== 'map' || value.entries.some((e) => !['piece', 'path', 'node'].includes(e.key)))
    throw wrong('$output', usage);
  const of = (key: string) => value.entries.find((e) => e.key === key)?.value;
  const [piece, node, path] = [textOf(of('piece')), textOf(of('node')), of('path')];
  if (piece === undefined || (of('node') && node === undefined) || (path && path.kind !== 'list')) throw wrong('$output', usage);
  const keys = path?.kind === 'list' ? path.items.map((item) => keyOf(item, usage)) : [];
  return { $output: { piece, path: keys, ...(node !== undefined && { node }) } };
}

function keyOf(item: Node, usage: string): string | number {
  if (item.kind === 'scalar' && (typeof item.value === 'string' || typeof item.value === 'number')) return item.value;
  throw wrong('$output', usage);
}

function partsOf(value: Node): (string | RuntimeForm)[] {
  if (value.kind !== 'list') throw wrong('$join', '$join: [TEXT, …]');
  return value.items.map((item) => {
    if (item.kind === 'runtime') return item.form;
    const text = textOf(item);
    if (text === undefined) throw wrong('$join', '$join: [TEXT, …]');
    return text;
  });
}

function wrong(key: string, usage: string): TemplateError {
  return new TemplateError('bad-form', `"${key}" is written otherwise than it has to be`, `write ${usage}`);
}
