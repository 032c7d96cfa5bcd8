import type { Instruction, Target } from '../documents.js';
import type { DeviceId } from './declarations.js';
import { type Form, forms, type Operand } from './words.js';

/** Names given to what a program refers to, in the order of first use. */
interface Names {
  devices: Map<string, { name: string; id: DeviceId }>;
  tables: Map<string, { name: string; targets: readonly Target[] }>;
  labels: Map<number, string>;
}

/**
 * The assembly text of a program. Assembling it gives the same program, flags that are false apart, which are left out.
 *
 * @example
 * disassemble([{ op: 'remove', id: { name: 'a' } }]) === 'device a = {name = "a"}\n\n.start\n  remove a\n'
 */
export function disassemble(program: readonly Instruction[]): string {
  const names = nameAll(program);
  const devices = [...names.devices.values()].map(({ name, id }) => `device ${name} = ${deviceText(id)}\n`);
  const tables = [...names.tables.values()].map(({ name, targets }) => `table ${name} = ${tableText(targets)}\n`);
  const label = (at: number): string => (names.labels.has(at) ? `.${names.labels.get(at)}\n` : '');
  const lines = program.map((i, at) => `${label(at)}  ${line(i, names)}\n`);
  return [devices, tables, [...lines, label(program.length)]]
    .map((part) => part.join(''))
    .filter((part) => part !== '')
    .join('\n');
}

function nameAll(program: readonly Instruction[]): Names {
  const names: Names = { devices: new Map(), tables: new Map(), labels: new Map([[0, 'start']]) };
  const taken = new Set<string>();
  for (const i of program) {
    if ('id' in i && !names.devices.has(deviceKey(i.id)))
      names.devices.set(deviceKey(i.id), { name: fresh(i.id.name, taken), id: i.id });
    if (i.op === 'load') {
      const key = JSON.stringify(i.targets);
      if (!names.tables.has(key)) names.tables.set(key, { name: `t${names.tables.size + 1}`, targets: i.targets });
    }
    if ((i.op === 'jmp' || i.op === 'jmp-fail') && !names.labels.has(i.to)) names.labels.set(i.to, `l${i.to}`);
  }
  return names;
}

/** One name can go with several uuids, and one uuid with several names. */
function deviceKey(id: DeviceId): string {
  return JSON.stringify([id.name, id.uuid ?? null]);
}

/** A word for a device that looks like its name. */
function fresh(name: string, taken: Set<string>): string {
  const plain = name.replace(/[^A-Za-z0-9_-]/g, '_').replace(/^(?![A-Za-z_])/, '_');
  let word = plain;
  for (let n = 2; taken.has(word); n++) word = `${plain}_${n}`;
  taken.add(word);
  return word;
}

function deviceText(id: DeviceId): string {
  const uuid = id.uuid === undefined ? '' : `, uuid = ${JSON.stringify(id.uuid)}`;
  return `{name = ${JSON.stringify(id.name)}${uuid}}`;
}

function tableText(targets: readonly Target[]): string {
  const rows = targets.map(({ type, size, args }) => {
    const word = /^[a-z_]/.test(type) ? type : JSON.stringify(type);
    return `${word} ${size} ${JSON.stringify(args)}`;
  });
  return rows.length === 1 ? `[ ${rows[0]} ]` : `[\n  ${rows.join(',\n  ')}\n]`;
}

function line(i: Instruction, names: Names): string {
  const { operands, flags = {} }: Form = forms[i.op];
  const fields = i as unknown as Record<string, unknown>;
  const words = operands.filter(({ property }) => fields[property] !== undefined).map((o) => operandText(o, i, fields, names));
  const set = Object.entries(flags).filter(([, property]) => fields[property] === true);
  return [i.op, ...words, ...set.map(([word]) => word)].join(' ');
}

function operandText({ kind, property }: Operand, i: Instruction, fields: Record<string, unknown>, names: Names): string {
  if (kind === 'device' && 'id' in i) return names.devices.get(deviceKey(i.id))?.name ?? '';
  if (kind === 'table' && i.op === 'load') return names.tables.get(JSON.stringify(i.targets))?.name ?? '';
  if (kind === 'label' && 'to' in i) return `.${names.labels.get(i.to)}`;
  return JSON.stringify(fields[property]);
}
