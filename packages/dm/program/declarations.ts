import type { Instruction, Target } from '../documents.js';
import type { Position } from './check.js';
import { SyntaxProblem } from './lexer.js';
import type { TokenReader } from './token-reader.js';

export type DeviceId = Extract<Instruction, { op: 'create' }>['id'];

const maxText = 127;
const targetType = /^[a-z0-9_-]{1,15}$/;

/** `{name = "foo", uuid = "…"}`, the uuid optional. */
export function readDevice(r: TokenReader): DeviceId {
  const start = r.peek();
  const found = new Map<string, string>();
  r.expect('{');
  do {
    r.skipLines();
    const field = r.word('name or uuid');
    if (!['name', 'uuid'].includes(field.text)) throw new SyntaxProblem(field, `a device has no "${field.text}"`);
    if (found.has(field.text)) throw new SyntaxProblem(field, `"${field.text}" is given twice`);
    r.expect('=');
    found.set(field.text, readDmText(r, field.text));
    r.skipLines();
  } while (r.take(','));
  r.expect('}');
  const [name, uuid] = [found.get('name'), found.get('uuid')];
  if (name === undefined) throw new SyntaxProblem(start, 'a device needs a name');
  return uuid === undefined ? { name } : { name, uuid };
}

/** A name or uuid as device-mapper takes it. */
export function readDmText(r: TokenReader, what: string): string {
  const at: Position = r.peek();
  const text = r.string(`the ${what} in quotes`);
  if (text.length > maxText) throw new SyntaxProblem(at, `the ${what} is longer than ${maxText} characters`);
  if (what === 'name' && (text === '' || text.includes('/'))) throw new SyntaxProblem(at, `"${text}" is no name of a device`);
  return text;
}

/** `[ linear 1024 "/dev/loop0 0", error 8 "" ]` */
export function readTable(r: TokenReader): Target[] {
  const targets: Target[] = [];
  const start = r.peek();
  r.expect('[');
  r.skipLines();
  if (r.peek().text === ']') throw new SyntaxProblem(start, 'a table needs a target');
  do {
    r.skipLines();
    targets.push(readTarget(r));
    r.skipLines();
  } while (r.take(','));
  r.expect(']');
  return targets;
}

function readTarget(r: TokenReader): Target {
  const at = r.peek();
  const type = at.kind === 'string' ? r.string('a target type') : r.word('a target type').text;
  if (!targetType.test(type)) throw new SyntaxProblem(at, `"${type}" is no target type`);
  const size = r.number('the size in sectors', 1, Number.MAX_SAFE_INTEGER);
  const args = r.string('the arguments in quotes');
  return { type, size, args };
}
