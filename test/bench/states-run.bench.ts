import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Piece } from '#states/documents/documents.js';
import { piece, planOf } from '#test/support/state-plan.js';
import { alone, must, type Side, sideBySide } from './figure.js';
import { type Runtime, runtimes } from './runtime.js';

/**
 * 50 commands and 50 files on this node beside ansible-core with the same tasks, one after another on both sides: whole runs, start
 * included, and what a state takes, which is what 50 take more than one. Then 500 states that are so already.
 */
const dir = mkdtempSync(join(tmpdir(), 'dvm-bench-'));
const count = 50;
const path = (i: number): string => join(dir, 'files', `f${i}`);

const commands = (n: number): Piece[] => Array.from({ length: n }, (_, i) => piece(`/bin/true ${i}`));
const files = (n: number): Piece[] =>
  Array.from({ length: n }, (_, i) => {
    const args = { content: `file ${i}\n`, mode: '0644', makedirs: true };
    return { ...piece(path(i)), module: 'file', function: 'managed', args };
  });

/** A run of `state`, on files that are not there unless `kept`. */
function ours(runtime: Runtime, pieces: readonly Piece[], kept = false): void {
  if (!kept) rmSync(join(dir, 'files'), { recursive: true, force: true });
  must(runtime.command('state', ['run', '--jobs', '1', '--record', join(dir, 'record')]), JSON.stringify(planOf(pieces)));
}

function playbook(name: string, tasks: readonly object[]): string {
  const file = join(dir, `${name}.json`); // JSON is YAML
  writeFileSync(file, JSON.stringify([{ hosts: 'localhost', connection: 'local', gather_facts: false, tasks }]));
  return file;
}

function ansible(file: string): void {
  rmSync(join(dir, 'files'), { recursive: true, force: true });
  must(['ansible-playbook', '-i', 'localhost,', file], undefined, { ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3' });
}

const directory = { file: { path: join(dir, 'files'), state: 'directory' } };
const commandTasks = (n: number) => Array.from({ length: n }, (_, i) => ({ command: `/bin/true ${i}` }));
const fileTasks = (n: number) => [
  directory,
  ...Array.from({ length: n }, (_, i) => ({ copy: { content: `file ${i}\n`, dest: path(i), mode: '0644' } })),
];

/** Milliseconds a state: what many take more than one. */
function each(run: (n: number) => void): Side {
  const timed = (n: number): number => {
    const start = performance.now();
    run(n);
    return performance.now() - start;
  };
  return () => (timed(count) - timed(1)) / (count - 1);
}

function compare(kind: string, made: (n: number) => Piece[], tasks: (n: number) => object[]): void {
  const books = new Map([1, count].map((n) => [n, playbook(`${kind}-${n}`, tasks(n))]));
  const peer = (n: number): void => ansible(books.get(n) ?? '');
  const all = runtimes();
  const whole = all.map((r): [string, Side] => [`${count} ${kind} states, ${r.name}`, () => void ours(r, made(count))]);
  const single = all.map((r): [string, Side] => [`a ${kind} state, ${r.name}`, each((n) => ours(r, made(n)))]);
  const name = 'ansible-core';
  sideBySide(Object.fromEntries(whole), [{ name, goal: 1 / 10, run: () => void peer(count) }], { count: 5, processorTime: true });
  sideBySide(Object.fromEntries(single), [{ name, goal: 1 / 50, run: each(peer) }], { count: 5 });
}

try {
  if (existsSync('/usr/bin/ansible-playbook')) {
    compare('cmd', commands, commandTasks);
    compare('file', files, fileTasks);
  } else process.stdout.write('ansible-playbook is not installed (ansible-core): nothing to compare with\n');
  const many = files(500);
  const unchanged = runtimes().map((r): [string, Side] => [
    `500 states as they should be, ${r.name}`,
    () => void ours(r, many, true),
  ]);
  for (const r of runtimes()) ours(r, many);
  alone(Object.fromEntries(unchanged), 2000, { name: 'a limit of 2 s', goal: 1 }, { count: 5 });
} finally {
  rmSync(dir, { recursive: true, force: true });
}
