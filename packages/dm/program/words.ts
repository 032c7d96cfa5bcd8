import type { Instruction } from '../documents.js';

/** What may follow an instruction's word in assembly text, in order, and the property it stands for. */
export type Operand =
  | { kind: 'device'; property: 'id' }
  | { kind: 'table'; property: 'targets' }
  | { kind: 'label'; property: 'to' }
  | { kind: 'value'; property: 'value' }
  | { kind: 'name'; property: 'name' }
  | { kind: 'string'; property: 'key' | 'text'; optional?: true }
  | { kind: 'number'; property: 'sector' | 'eventNr' | 'seconds' | 'code' | 'minor'; min: number; max: number; optional?: true };

export interface Form {
  operands: readonly Operand[];
  /** Words at the end of the line that set a property to true. */
  flags?: Readonly<Record<string, string>>;
}

const device: Operand = { kind: 'device', property: 'id' };
const key: Operand = { kind: 'string', property: 'key' };
const maybeKey: Operand = { kind: 'string', property: 'key', optional: true };
const label: Operand = { kind: 'label', property: 'to' };
const number = (property: 'sector' | 'eventNr' | 'seconds' | 'code', min = 0, max = Number.MAX_SAFE_INTEGER): Operand => ({
  kind: 'number',
  property,
  min,
  max,
});

/** The text of every instruction; assembler and disassembler both read this table. */
export const forms: Readonly<Record<Instruction['op'], Form>> = {
  'remove-all': { operands: [] },
  list: { operands: [key] },
  create: { operands: [device, { kind: 'number', property: 'minor', min: 0, max: 2 ** 20 - 1, optional: true }] },
  remove: { operands: [device] },
  suspend: { operands: [device], flags: { 'no-flush': 'noFlush', 'lock-fs': 'lockFs' } },
  resume: { operands: [device], flags: { hidden: 'hidden', 'no-scan': 'noScan' } },
  load: { operands: [device, { kind: 'table', property: 'targets' }], flags: { 'read-only': 'readOnly', secure: 'secure' } },
  clear: { operands: [device] },
  rename: { operands: [device, { kind: 'name', property: 'name' }] },
  message: { operands: [device, number('sector'), { kind: 'string', property: 'text' }, maybeKey] },
  info: { operands: [device, maybeKey] },
  table: { operands: [device, key], flags: { inactive: 'inactive' } },
  status: { operands: [device, key] },
  deps: { operands: [device, key] },
  'wait-event': { operands: [device, number('eventNr'), number('seconds', 1), maybeKey] },
  'begin-object': { operands: [maybeKey] },
  'end-object': { operands: [maybeKey] },
  literal: { operands: [key, { kind: 'value', property: 'value' }] },
  jmp: { operands: [label] },
  'jmp-fail': { operands: [label] },
  exit: { operands: [number('code', 0, 63)] },
};

/** Other words for an instruction. */
export const aliases: Readonly<Record<string, Instruction['op']>> = { lit: 'literal' };
