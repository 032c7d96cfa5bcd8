import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
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

export function run(runtime: Runtime, tool: string, args: string[], input?: string): string {
  return must(runtime.command(tool, args), input);
}

/** `first | second`, as a shell runs it: both at once. */
export function pipe(first: string[], second: string[]): void {
  const words = ['-o', 'pipefail', '-c', `"\${@:2:$1}" | "\${@:2+$1}" >/dev/null`, 'bash', String(first.length)];
  must(['bash', ...words, ...first, ...second]);
}
