import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { must } from './figure.js';

/** What our tools run on: the bundles on Node, or the one executable that holds them all. */
export interface Runtime {
  name: 'Node' | 'executable';
  command(tool: string, args: string[]): [string, ...string[]];
}

export const node: Runtime = {
  name: 'Node',
  command: (tool, args) => [process.execPath, resolve('build/bin', `${tool}.cjs`), ...args],
};

const executable: Runtime = {
  name: 'executable',
  command: (tool, args) => [resolve('build/dist/bin', tool), ...args],
};

/** Node, and the executable where it has been built (make dist). */
export function runtimes(): Runtime[] {
  return existsSync('build/dist/dvm') ? [node, executable] : [node];
}

/**
 * The same, with a config that lets in these devices alone, as LVM2's filter does for its side: other devices of the
 * machine are nobody's work here.
 */
export function configured(all: readonly Runtime[], devices: readonly string[], dir: string): Runtime[] {
  const config = join(dir, 'config.json');
  const section = { accept: devices.map((d) => `^${d}$`), reject: ['.'] };
  writeFileSync(config, JSON.stringify({ kind: 'config', version: 1, discover: section }), { mode: 0o600 });
  return all.map((r) => ({ name: r.name, command: (tool, args) => r.command(tool, ['-c', config, ...args]) }));
}

/** A program of the benchmarks themselves, as the runtime runs it: the executable holds its own. */
export function program(runtime: Runtime, file: string, args: string[], input: string): string {
  const path = resolve('build/test/bench', `${file}.cjs`);
  if (runtime.name === 'Node') return must([process.execPath, path, ...args], input);
  return must([resolve('build/dist/dvm'), path, ...args], input, { BUN_BE_BUN: '1' });
}

export function run(runtime: Runtime, tool: string, args: string[], input?: string): string {
  return must(runtime.command(tool, args), input);
}

/** `first | second`, as a shell runs it: both at once. */
export function pipe(first: string[], second: string[]): void {
  const words = ['-o', 'pipefail', '-c', `"\${@:2:$1}" | "\${@:2+$1}" >/dev/null`, 'bash', String(first.length)];
  must(['bash', ...words, ...first, ...second]);
}
