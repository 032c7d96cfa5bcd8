import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Instruction, Result } from '#dm/documents.js';
import { toolCommand } from './runtime.js';

/** How dmexec is started. */
export const [file, ...first] = toolCommand('dmexec');
export const emptyState = { kind: 'sim-kernel', version: 1, backing: { '/dev/loop0': { dev: '7:0', size: 1000 } }, devices: {} };

const a = { name: 'a', uuid: 'U' };
const make: Instruction[] = [
  { op: 'create', id: a },
  { op: 'load', id: a, targets: [{ type: 'linear', size: 8, args: '7:0 0' }] },
  { op: 'jmp-fail', to: 5 },
  { op: 'resume', id: a },
  { op: 'exit', code: 0 },
  { op: 'exit', code: 3 },
];
export const phases = {
  phase1: make,
  phase2: [
    { op: 'suspend', id: a },
    { op: 'resume', id: a },
    { op: 'exit', code: 7 },
  ] as Instruction[],
  abort: [{ op: 'remove', id: a }] as Instruction[],
};
export const plan = { kind: 'plan', version: 1, phases, summary: [] };

/** A directory with a simulated kernel's file, and dmexec run on it. */
export function world<T>(state: object, f: (w: { path: (name: string) => string; dmexec: Dmexec; state: () => string }) => T): T {
  const dir = mkdtempSync(join(tmpdir(), 'dmexec-'));
  const path = (name: string): string => join(dir, name);
  writeFileSync(path('sim.json'), JSON.stringify(state));
  const dmexec: Dmexec = (args, input = '') => {
    const words = [...first, '--kernel', `sim:${path('sim.json')}`, ...args];
    const { status, stdout, stderr } = spawnSync(file, words, { input, encoding: 'utf8' });
    return {
      code: status,
      out: stdout,
      error: stderr === '' ? undefined : (JSON.parse(stderr) as { code: string; message: string }),
    };
  };
  try {
    return f({ path, dmexec, state: () => readFileSync(path('sim.json'), 'utf8') });
  } finally {
    rmSync(dir, { recursive: true });
  }
}
export type Dmexec = (
  args: string[],
  input?: string,
) => { code: number | null; out: string; error: { code: string; message: string } | undefined };
/** What dmexec printed: a result a line. */
export const results = (out: string): Result[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Result);
