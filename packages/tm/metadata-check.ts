import { closeSync, openSync, readSync } from 'node:fs';
import { fail } from '#tool/errors.js';
import type { PhaseSession } from '#tool/programs.js';
import { fitTransaction, markUnclean } from './metadata-superblock.js';

/** Metadata of a thin pool or cache that a plan wants looked into before phase 1; device-mapper names. */
export interface MetadataCheck {
  kind: 'thin-pool' | 'cache';
  /** Whose metadata it is, and the device that shows it. */
  name: string;
  device: string;
  /** It is made from this one first. */
  repairFrom?: string;
  /** Of a thin pool that is made anew: the transaction ids that it may be at; at another one it gets the first of these. */
  transactions?: number[];
}

/** The programs that know the metadata of one kind, and how long a check may take. */
export interface CheckPrograms {
  /** `thin_check -q`, `cache_check -q`; the device comes behind. An empty list: nothing is checked. */
  check: string[];
  /** `thin_repair`, `cache_repair`; `-i OLD -o NEW` comes behind. */
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
    if (exit !== 0) throw fail('kernel', 'check-failed', 'metadata could not be brought up to be checked');
    for (const c of checks) await check(c);
  } finally {
    await session.run('uncheck');
  }
}

/** How messages speak of it, and what to do when it is damaged. */
const words: Readonly<Record<MetadataCheck['kind'], { of: (name: string) => string; code: string; hint: string }>> = {
  'thin-pool': {
    of: (name) => `thin pool "${name}"`,
    code: 'pool-damaged',
    hint: 'dvm repair GROUP/POOL makes it anew from what can be read; or bring the pool up unchecked: --no-thin-check',
  },
  cache: {
    of: (name) => `the cache of "${name}"`,
    code: 'cache-damaged',
    hint: 'dvm repair GROUP/VOLUME --cache makes it anew from what can be read; a writethrough cache is dropped without loss: dvm cache GROUP/VOLUME --off --drop',
  },
};

/**
 * Checks metadata, after a repair where that is wanted. What is blank is new. A check that takes too long, or a machine without the
 * program, does not keep anything down: the kernel checks what it reads itself.
 *
 * @throws DvmError `pool-damaged`, `cache-damaged`, `repair-failed` (exit 84)
 */
export async function checkMetadata(
  { kind, name, device, repairFrom, transactions }: MetadataCheck,
  programs: CheckPrograms,
  note: (line: string) => void,
  run: RunProgram = runProgram,
): Promise<void> {
  const path = `/dev/mapper/${device}`;
  const { of, code: damaged, hint } = words[kind];
  if (repairFrom !== undefined) {
    await repair(of(name), `/dev/mapper/${repairFrom}`, path, programs.repair, run);
    if (transactions) fitTransaction(path, transactions);
    if (kind === 'cache') markUnclean(path);
  } else if (programs.check.length === 0 || isBlank(path)) return;
  const [program] = programs.check;
  if (program === undefined) return;
  const { code, stderr, problem } = await run([...programs.check, path], programs.seconds);
  if (problem === 'late') return note(`${name}: ${program} took longer than ${programs.seconds} s; going on without it`);
  if (problem === 'missing') return note(`${name}: "${program}" is not on this machine; its metadata is not checked`);
  if (code === 0) return;
  throw fail('outOfSync', damaged, `metadata of ${of(name)} is damaged: ${firstLine(stderr)}`, {
    hint,
    details: { name, code, stderr },
  });
}

/** There is no time limit: half a repair is none. */
async function repair(of: string, from: string, to: string, program: readonly string[], run: RunProgram): Promise<void> {
  const { code, stderr, problem } = await run([...program, '-i', from, '-o', to], 0);
  if (code === 0) return;
  const why = problem === 'missing' ? `"${program[0]}" is not on this machine` : firstLine(stderr);
  throw fail('outOfSync', 'repair-failed', `metadata of ${of} could not be made anew: ${why}`, {
    hint: 'nothing was changed; thin_dump or cache_dump with --repair may still read a part of it',
    details: { code, stderr },
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
