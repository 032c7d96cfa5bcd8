import { basename } from 'node:path';

/** Where Bun shows the files that are inside an executable. */
const inside = '/$bunfs/root/';

/** True in the one executable that holds every tool, false where a runtime runs a tool's bundle. */
export function isExecutable(): boolean {
  return (process.argv[1] ?? '').startsWith(inside);
}

/**
 * The tool that the executable is to be: the one by whose name it was called (a link to it), else the one that the
 * first argument names, else `fallback`, which is the executable's own name.
 */
export function chooseTool(called: string, argv: readonly string[], names: readonly string[], fallback: string) {
  const name = basename(called);
  if (name !== fallback && names.includes(name)) return { name, args: argv };
  const [first, ...rest] = argv;
  return first !== undefined && names.includes(first) ? { name: first, args: rest } : { name: fallback, args: argv };
}

/** Makes the arguments look as they do in a bundle of that tool. */
export function becomeTool(names: readonly string[], fallback: string): string {
  const { name, args } = chooseTool(process.argv0, process.argv.slice(2), names, fallback);
  process.argv = [process.execPath, `${inside}${name}`, ...args];
  return name;
}
