import { closeSync, openSync, readSync } from 'node:fs';
import { fail } from '#tool/errors.js';
import type { PhaseSession } from '#tool/programs.js';

/** Metadata of a thin pool that a plan wants looked into before phase 1; device-mapper names. */
export interface MetadataCheck {
  pool: string;
  device: string;
  /** It is made from this one first. */
  repairFrom?: string;
}

/** The programs that know the metadata of thin pools, and how long a check may take. */
export interface CheckPrograms {
  /** `thin_check -q`; the device comes behind. An empty list: nothing is checked. */
  check: string[];
  /** `thin_repair`; `-i OLD -o NEW` comes behind. */
  repair: string[];
  seconds: number;
}

/** What became of a program. */
export interface Ended {
  code: number | null;
  stderr: string;
  problem?: 'missing' | 'late';
}

/** Runs a program to its end, or so long. */
export type RunProgram = (words: readonly string[], seconds: number) => Promise<Ended>;

/** Brings the metadata up by itself, has it checked, and takes it down again. */
export async function runChecks(
  session: PhaseSession,
  checks: readonly MetadataCheck[],
  check: (c: MetadataCheck) => Promise<void>,
): Promise<void> {
  try {
    const { exit } = await session.run('check');
    if (exit !== 0) throw fail('kernel', 'check-failed', 'the metadata of a thin pool could not be brought up to be checked');
    for (const c of checks) await check(c);
  } finally {
    await session.run('uncheck');
  }
}

/**
 * Checks the metadata of one pool, after a repair where that is wanted. Blank metadata is a new pool's. A check that takes too
 * long, or a machine without the program, does not keep the pool down: the kernel checks what it reads itself.
 *
 * @throws DvmError `pool-damaged`, `repair-failed` (exit 84)
 */
export async function checkMetadata(
  { pool, device, repairFrom }: MetadataCheck,
  programs: CheckPrograms,
  note: (line: string) => void,
  run: RunProgram = runProgram,
): Promise<void> {
  const path = `/dev/mapper/${device}`;
  if (repairFrom !== undefined) await repair(pool, `/dev/mapper/${repairFrom}`, path, programs.repair, run);
  else if (programs.check.length === 0 || isBlank(path)) return;
  const { code, stderr, problem } = await run([...programs.check, path], programs.seconds);
  if (problem === 'late')
    return note(`${pool}: ${programs.check[0]} took longer than ${programs.seconds} s; going on without it`);
  if (problem === 'missing') return note(`${pool}: "${programs.check[0]}" is not on this machine; its metadata is not checked`);
  if (code === 0) return;
  throw fail('outOfSync', 'pool-damaged', `metadata of thin pool "${pool}" is damaged: ${firstLine(stderr)}`, {
    hint: 'dvm repair GROUP/POOL makes it anew from what can be read; or bring the pool up unchecked: --no-thin-check',
    details: { pool, code, stderr },
  });
}

/** There is no time limit: half a repair is none. */
async function repair(pool: string, from: string, to: string, words: readonly string[], run: RunProgram): Promise<void> {
  const { code, stderr, problem } = await run([...words, '-i', from, '-o', to], 0);
  if (code === 0) return;
  const why = problem === 'missing' ? `"${words[0]}" is not on this machine` : firstLine(stderr);
  throw fail('outOfSync', 'repair-failed', `metadata of thin pool "${pool}" could not be made anew: ${why}`, {
    hint: 'nothing was changed; thin_dump --repair may still read a part of it',
    details: { pool, code, stderr },
  });
}

/** As the kernel sees it: no superblock. */
function isBlank(path: string): boolean {
  const start = Buffer.alloc(64);
  const fd = openSync(path, 'r');
  try {
    readSync(fd, start, 0, start.length, 0);
  } finally {
    closeSync(fd);
  }
  return start.every((byte) => byte === 0);
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] || 'it did not say why';
}

async function runProgram([file = '', ...args]: readonly string[], seconds: number): Promise<Ended> {
  const { execFile } = require('node:child_process') as typeof import('node:child_process'); // slow to load
  return new Promise((done) => {
    execFile(file, args, { timeout: seconds * 1000, killSignal: 'SIGKILL' }, (error, _, stderr) => {
      if (!error) return done({ code: 0, stderr });
      const missing = error.code === 'ENOENT';
      const code = typeof error.code === 'number' ? error.code : null;
      done({ code, stderr, ...(missing ? { problem: 'missing' } : error.killed ? { problem: 'late' } : {}) });
    });
  });
}
