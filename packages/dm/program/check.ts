import { fail } from '#tool/errors.js';
import type { Instruction } from '../documents.js';
import { checkObjects } from './check-objects.js';
import { checkSuspended } from './check-suspended.js';

/** Something wrong with a program, at an instruction. */
export interface Problem {
  /** Address of the instruction. */
  at: number;
  message: string;
}

/** Where an instruction stands in the text it was assembled from. */
export interface Position {
  line: number;
  column: number;
}

/**
 * What can be known of a program before it runs: jumps stay inside (the address after the last instruction is
 * its end), objects are balanced on every path, no path ends with a device suspended, and while one may be
 * suspended no jump goes backward and nothing waits. In the order of addresses.
 */
export function checkProgram(program: readonly Instruction[]): Problem[] {
  const outside = checkAddresses(program);
  if (outside.length > 0) return outside;
  return [...checkObjects(program), ...checkSuspended(program)].sort((a, b) => a.at - b.at);
}

/**
 * @param positions of the instructions in their text, when they come from one
 * @throws DvmError bad-program (exit 65) with all problems in its details
 */
export function refuseBadProgram(
  program: readonly Instruction[],
  name = 'program',
  positions: readonly (Position | undefined)[] = [],
): void {
  const problems = checkProgram(program).slice(0, 20);
  const first = problems[0];
  if (!first) return;
  const place = ({ at }: Problem): string => {
    const p = positions[at];
    return p ? `line ${p.line} column ${p.column}` : `instruction ${at}`;
  };
  throw fail('badInput', 'bad-program', `"${name}" ${place(first)}: ${first.message}`, {
    details: problems.map((p) => ({ ...p, ...positions[p.at] })),
  });
}

function checkAddresses(program: readonly Instruction[]): Problem[] {
  const problems: Problem[] = [];
  program.forEach((i, at) => {
    if ((i.op === 'jmp' || i.op === 'jmp-fail') && i.to > program.length)
      problems.push({ at, message: `jump to ${i.to} leaves the program, which has ${program.length} instructions` });
  });
  return problems;
}
