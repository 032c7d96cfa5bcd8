import { fail } from '#tool/errors.js';
import { parseJson } from '#tool/json.js';
import { type Instruction, type Plan, planType, programType } from '../documents.js';
import { assemble } from './assembler.js';
import { type Position, refuseBadProgram } from './check.js';

/** A program with the places of its instructions, where it comes from text; or a plan. */
export type ProgramInput =
  | { kind: 'program'; instructions: Instruction[]; positions: readonly Position[]; phase?: Phase }
  | { kind: 'plan'; phases: Plan['phases'] };
export type Phase = keyof Plan['phases'];

/**
 * Reads a `program` or `plan` document, or assembly text: what begins with `{` is JSON. Everything that can be
 * checked before a run is.
 *
 * @throws DvmError bad-json, wrong-kind, bad-document, bad-program (exit 65)
 */
export function readProgram(bytes: Uint8Array, name: string): ProgramInput {
  const input = isJson(bytes) ? readJson(bytes, name) : readText(bytes, name);
  if (input.kind === 'plan') return checkPlan(input.phases, name);
  refuseBadProgram(input.instructions, name, input.positions);
  return input;
}

/** @throws DvmError bad-program */
export function checkPlan(phases: Plan['phases'], name: string): ProgramInput {
  for (const [phase, instructions] of Object.entries(phases)) refuseBadProgram(instructions, `${name}: ${phase}`);
  return { kind: 'plan', phases };
}

/** @throws DvmError no-phases (exit 64) for a program that is no plan */
export function choosePhase(input: ProgramInput, phase: Phase | undefined): ProgramInput {
  if (phase === undefined) return input;
  if (input.kind === 'program') throw fail('usage', 'no-phases', `--phase ${phase} needs a plan, and this is a single program`);
  return { kind: 'program', instructions: input.phases[phase] ?? [], positions: [], phase };
}

/** @throws DvmError no-phase (exit 64) for a plan */
export function onlyProgram(input: ProgramInput): Instruction[] {
  if (input.kind === 'program') return input.instructions;
  throw fail('usage', 'no-phase', 'this is a plan of three programs', { hint: 'choose one by --phase' });
}

export function programsOf(input: ProgramInput): Instruction[][] {
  return input.kind === 'program' ? [input.instructions] : Object.values(input.phases);
}

/** remove-all is the kernel's: it takes every device that is not open, whoever made it. */
export function refuseRemoveAll(input: ProgramInput): void {
  if (programsOf(input).every((program) => program.every((i) => i.op !== 'remove-all'))) return;
  throw fail('usage', 'remove-all', 'the program would remove every device that is not open, foreign ones too', {
    hint: 'allow it by --force-remove-all',
  });
}

function isJson(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09);
  return first === 0x7b;
}

function readJson(bytes: Uint8Array, name: string): ProgramInput {
  const value = parseJson(bytes, name);
  const isPlan = typeof value === 'object' && value !== null && !Array.isArray(value) && value.kind === 'plan';
  if (isPlan) return { kind: 'plan', phases: planType.parse(value, name).phases };
  return { kind: 'program', instructions: programType.parse(value, name).instructions, positions: [] };
}

function readText(bytes: Uint8Array, name: string): ProgramInput {
  if (bytes.length === 0) throw fail('badInput', 'bad-program', `"${name}" is empty: a program is expected there`);
  return { kind: 'program', ...assemble(decode(bytes, name), name) };
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (e) {
    throw fail('badInput', 'bad-program', `"${name}" is not a program: not valid UTF-8`, { cause: e });
  }
}
