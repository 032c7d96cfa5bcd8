import { DvmError, type ExitName, exitCodes, fail } from './errors.js';
import { type Json, parseJson } from './json.js';

/** How a program ended that should have worked. */
export interface Ended {
  /** Exit code; null when it was killed or did not start. */
  code: number | null;
  signal: string | null;
  stderr: string;
  /** Why it did not start, or was stopped by us. */
  problem?: string | undefined;
}

const exitNames = new Map<number, ExitName>(Object.entries(exitCodes).map(([name, code]) => [code, name as ExitName]));

/** The error a failed program printed, or one that says how it ended. */
export function programError(name: string, ended: Ended): DvmError {
  const { code, stderr } = ended;
  const own = lastError(stderr);
  const exit = exitNames.get(code ?? -1);
  if (own && exit) return new DvmError(exit, { code: own.code, message: own.message, hint: own.hint, details: own.details });
  return fail('edit', 'program-failed', `"${name}" ${describe(ended)}`, { details: { stderr: stderr.slice(-2000), exit: code } });
}

function describe({ code, signal, problem }: Ended): string {
  if (problem !== undefined) return problem;
  return signal === null ? `failed with exit code ${code}` : `was killed by ${signal}`;
}

interface PrintedError {
  code: string;
  message: string;
  hint?: string;
  details?: Json;
}

function lastError(stderr: string): PrintedError | undefined {
  for (const line of stderr.trimEnd().split('\n').reverse()) {
    const value = plainly(line);
    if (isPrintedError(value)) return value;
  }
  return undefined;
}

/** Undefined for what is not JSON. */
function plainly(line: string): unknown {
  try {
    return parseJson(line, 'standard error');
  } catch {
    return undefined;
  }
}

/** Anything may stand on a program's standard error, also what only resembles an error. */
function isPrintedError(value: unknown): value is PrintedError {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, code, message, hint } = value as { [key: string]: unknown };
  const isHint = hint === undefined || typeof hint === 'string';
  return kind === 'error' && isText(code) && isText(message) && isHint;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
