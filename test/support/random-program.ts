import type { Instruction } from '#dm/documents.js';
import type { Random } from './random.js';

const names = ['a', 'b', 'c'];
const targetTypes = ['linear', 'error', 'striped', 'nosuch'];

/** A program of `length` instructions that the schema accepts; nothing else about it is right. */
export function randomProgram(random: Random, length: number, ops: readonly Instruction['op'][] = allOps): Instruction[] {
  return Array.from({ length }, () => randomInstruction(random, random.pick(ops), length));
}

export const allOps: readonly Instruction['op'][] = [
  ...(['create', 'load', 'resume', 'suspend', 'remove', 'clear', 'rename', 'message'] as const),
  ...(['list', 'info', 'table', 'status', 'deps', 'wait-event', 'remove-all'] as const),
  ...(['begin-object', 'end-object', 'literal', 'jmp', 'jmp-fail', 'exit'] as const),
];

function randomInstruction(random: Random, op: Instruction['op'], length: number): Instruction {
  const id = randomId(random);
  const key = random.pick(['k', 'key "quoted"', '', 'ключ']);
  const maybeKey = random.chance(0.5) ? { key } : {};
  switch (op) {
    case 'remove-all':
      return { op };
    case 'create':
    case 'remove':
    case 'clear':
      return { op, id };
    case 'suspend':
      return { op, id, ...flag(random, 'noFlush'), ...flag(random, 'lockFs') };
    case 'resume':
      return { op, id, ...flag(random, 'hidden'), ...flag(random, 'noScan') };
    case 'load':
      return { op, id, targets: randomTargets(random), ...flag(random, 'readOnly'), ...flag(random, 'secure') };
    case 'rename':
      return { op, id, name: random.pick(names) };
    case 'message':
      return { op, id, sector: random.below(100), text: random.pick(['hello', '', 'a "b"\n']), ...maybeKey };
    case 'list':
      return { op, key };
    case 'table':
      return { op, id, key, ...flag(random, 'inactive') };
    case 'info':
    case 'status':
    case 'deps':
      return { op, id, key };
    case 'wait-event':
      return { op, id, eventNr: random.below(3), seconds: 1 + random.below(3), ...maybeKey };
    case 'begin-object':
    case 'end-object':
      return { op, ...maybeKey };
    case 'literal':
      return { op, key, value: random.pick<unknown>([null, true, 1.5, -3, 'x', [1, [], {}], { a: { 'b c': [null] } }]) };
    case 'jmp':
    case 'jmp-fail':
      return { op, to: random.below(length + 1) };
    case 'exit':
      return { op, code: random.below(64) };
  }
}

function randomId(random: Random): { name: string; uuid?: string } {
  const name = random.pick([...names, 'odd name', '9-\\x2f', 'ö']);
  return random.chance(0.2) ? { name, uuid: random.pick(['U', `DVM-${name}`]) } : { name };
}

function randomTargets(random: Random) {
  return Array.from({ length: 1 + random.below(3) }, () => ({
    type: random.pick([...targetTypes, '9p']),
    size: 1 + random.below(2000),
    args: random.pick(['7:0 0', '/dev/loop0 8', '@a 0', '2 8 7:0 0 7:1 0', '', 'x "y" #z']),
  }));
}

function flag<const K extends string>(random: Random, name: K): { [key in K]?: true } {
  return (random.chance(0.3) ? { [name]: true } : {}) as { [key in K]?: true };
}
