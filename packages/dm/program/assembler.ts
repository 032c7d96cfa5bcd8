import { fail } from '#tool/errors.js';
import type { Instruction, Target } from '../documents.js';
import type { Position } from './check.js';
import { type DeviceId, readDevice, readDmText, readTable } from './declarations.js';
import { lex, SyntaxProblem, type Token } from './lexer.js';
import { TokenReader } from './token-reader.js';
import { aliases, type Form, forms, type Operand } from './words.js';

export interface Assembled {
  instructions: Instruction[];
  /** Where each instruction stands in the text. */
  positions: Position[];
}

/** An instruction as read, its names not yet looked up. */
interface Line {
  position: Position;
  op: string;
  fields: Record<string, unknown>;
  /** Properties that are names so far. */
  names: { property: 'id' | 'targets' | 'to' | 'name'; token: Token }[];
}

interface Source {
  reader: TokenReader;
  devices: Map<string, DeviceId>;
  tables: Map<string, Target[]>;
  labels: Map<string, number>;
  lines: Line[];
  problems: SyntaxProblem[];
}

/**
 * Assembles the text form of a program (docs/formats/program.md). The program begins at `.start`, or at the first
 * instruction where there is no such label.
 *
 * @throws DvmError bad-program (exit 65), with line and column; all problems in its details
 */
export function assemble(text: string, name: string): Assembled {
  const source: Source = {
    ...{ reader: new TokenReader([]), devices: new Map(), tables: new Map(), labels: new Map(), lines: [], problems: [] },
  };
  attempt(source, () => {
    source.reader = new TokenReader(lex(text));
    readLines(source);
  });
  const begin = source.labels.get('start') ?? 0;
  const shift = begin === 0 ? 0 : 1;
  const instructions = source.lines.map((line) => attempt(source, () => resolve(source, line, shift)));
  if (source.problems.length > 0) throw badProgram(source.problems, name);
  const positions = source.lines.map((line) => line.position);
  if (shift === 0) return { instructions: instructions as Instruction[], positions };
  return {
    instructions: [{ op: 'jmp', to: begin + shift }, ...(instructions as Instruction[])],
    positions: [{ line: 1, column: 1 }, ...positions],
  };
}

/** Runs one step; what is wrong is kept, so that one run tells of all. */
function attempt<T>(source: Source, step: () => T): T | undefined {
  try {
    return step();
  } catch (e) {
    if (!(e instanceof SyntaxProblem)) throw e;
    source.problems.push(e);
    return undefined;
  }
}

function badProgram(problems: SyntaxProblem[], name: string) {
  const sorted = problems.slice(0, 20).sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column);
  const details = sorted.map(({ position, message }) => ({ line: position.line, column: position.column, message }));
  const first = details[0];
  const message = `"${name}" line ${first?.line} column ${first?.column}: ${first?.message}`;
  return fail('badInput', 'bad-program', message, { details });
}

function readLines(source: Source): void {
  const { reader } = source;
  for (reader.skipLines(); reader.peek().kind !== 'end'; reader.skipLines()) {
    attempt(source, () => {
      readLine(source);
      reader.endOfLine();
    });
    reader.skipLine();
  }
}

function readLine(source: Source): void {
  const { reader } = source;
  const token = reader.peek();
  const declares = reader.peek(2).text === '=';
  if (token.kind === 'label') declare(source.labels, reader.next(), token.text.slice(1), source.lines.length);
  else if (declares && reader.take('device')) declared(source.devices, reader, readDevice);
  else if (declares && reader.take('table')) declared(source.tables, reader, readTable);
  else source.lines.push(readInstruction(reader));
}

function declared<T>(into: Map<string, T>, reader: TokenReader, read: (r: TokenReader) => T): void {
  const name = reader.word('a name');
  reader.expect('=');
  declare(into, name, name.text, read(reader));
}

function declare<T>(into: Map<string, T>, at: Position, name: string, value: T): void {
  if (into.has(name)) throw new SyntaxProblem(at, `"${name}" is declared twice`);
  into.set(name, value);
}

function readInstruction(reader: TokenReader): Line {
  const token = reader.word('an instruction, a label or a declaration');
  const op = Object.hasOwn(aliases, token.text) ? aliases[token.text] : token.text;
  const form = op !== undefined && Object.hasOwn(forms, op) ? (forms as Record<string, Form>)[op] : undefined;
  if (!form || op === undefined) throw new SyntaxProblem(token, `unknown instruction "${token.text}"`);
  const line: Line = { position: { line: token.line, column: token.column }, op, fields: {}, names: [] };
  for (const operand of form.operands) readOperand(reader, operand, line);
  while (reader.peek().kind === 'word') readFlag(reader, form, line);
  return line;
}

function readFlag(reader: TokenReader, { flags = {} }: Form, line: Line): void {
  const token = reader.next();
  const property = Object.hasOwn(flags, token.text) ? flags[token.text] : undefined;
  if (property === undefined) throw new SyntaxProblem(token, `"${line.op}" has no flag "${token.text}"`);
  line.fields[property] = true;
}

function readOperand(reader: TokenReader, operand: Operand, line: Line): void {
  const { kind, property } = operand;
  const token = reader.peek();
  const named = token.kind === 'word' || (kind === 'label' && token.kind === 'label');
  if (named && (kind === 'device' || kind === 'table' || kind === 'label' || kind === 'name'))
    line.names.push({ property, token: reader.next() });
  else if (!('optional' in operand) || token.kind === kind) line.fields[property] = literalOperand(reader, operand);
}

/** An operand that is written out on the spot. */
function literalOperand(reader: TokenReader, operand: Operand): unknown {
  switch (operand.kind) {
    case 'device':
      return { name: readDmText(reader, 'name') };
    case 'name':
      return readDmText(reader, 'name');
    case 'table':
      return readTable(reader);
    case 'label':
      throw reader.unexpected('a label');
    case 'value':
      return reader.value();
    case 'string':
      return operand.property === 'key' ? readKey(reader) : reader.string('a text in quotes');
    case 'number':
      return reader.number(operand.property, operand.min, operand.max);
  }
}

function readKey(reader: TokenReader): string {
  const at = reader.peek();
  const key = reader.string('a key in quotes');
  if (key === '__proto__' || key.length > 256) throw new SyntaxProblem(at, 'this cannot be a key');
  return key;
}

function resolve(source: Source, { op, fields, names }: Line, shift: number): Instruction {
  const found = names.map(({ property, token }) => [property, lookUp(source, property, token, shift)]);
  // every field has been read by the instruction's form, whose properties are the schema's
  return { op, ...fields, ...Object.fromEntries(found) } as Instruction;
}

function lookUp(source: Source, property: Line['names'][number]['property'], token: Token, shift: number): unknown {
  if (property === 'targets') return known(source.tables, token, 'table');
  if (property === 'to') return known(source.labels, token, 'label') + shift;
  const device = known(source.devices, token, 'device');
  return property === 'name' ? device.name : device;
}

function known<T>(from: Map<string, T>, token: Token, what: string): T {
  const name = token.kind === 'label' ? token.text.slice(1) : token.text;
  const value = from.get(name);
  if (value === undefined) throw new SyntaxProblem(token, `unknown ${what} "${name}"`);
  return value;
}
