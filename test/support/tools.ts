import { readdirSync } from 'node:fs';
import type { Command, Tool } from '#tool/command.js';
import type { OptionSpec } from '#tool/options.js';

/** Where a tool is defined: `packages/PACKAGE/commands/NAME.ts`. */
export interface ToolFile {
  package: string;
  name: string;
}

/** Every tool that the packages define; the directories are the registry. */
export function toolFiles(): ToolFile[] {
  return readdirSync('packages').flatMap((pkg) =>
    commandFiles(`packages/${pkg}/commands`).map((file) => ({ package: pkg, name: file.slice(0, -'.ts'.length) })),
  );
}

function commandFiles(dir: string): string[] {
  try {
    return readdirSync(dir).filter((f) => f.endsWith('.ts') && !f.endsWith('.schema.ts'));
  } catch {
    return [];
  }
}

/** Every tool, loaded into this process. */
export async function loadTools(): Promise<Tool[]> {
  return Promise.all(
    toolFiles().map(async (file) => {
      const module: { tool: Tool } = await import(`../../packages/${file.package}/commands/${file.name}.ts`);
      return module.tool;
    }),
  );
}

/** A tool of one command is called without the command's name. */
export function commandWords(tool: Tool, command: Command): string[] {
  return command.name === tool.name ? [] : [command.name];
}

/**
 * Ways to call a command that the argument parser takes: required flags set, arguments filled with words that name
 * nothing (`x`) or standard input (`-`), then with one more switch. Meant to be refused, or to end for want of a document.
 */
export function callsOf(tool: Tool, command: Command): string[][] {
  const rest = command.rest === undefined ? [] : ['--', 'x'];
  const needed = command.positionals.filter((p) => !p.optional).length;
  const calls = fillings(needed).map((words) => [...commandWords(tool, command), ...words, ...requiredFlags(command), ...rest]);
  const flags = Object.keys(command.options).filter((name) => command.options[name]?.type === 'boolean');
  return [...calls, ...flags.map((name) => [...(calls[0] ?? []).toSpliced(commandWords(tool, command).length, 0, `--${name}`)])];
}

/** Every required flag, with a value that its reader may like. */
export function requiredFlags(command: Command): string[] {
  return Object.entries(command.options).flatMap(([name, spec]) => (spec.required ? [`--${name}`, valueFor(spec)] : []));
}

function valueFor(spec: OptionSpec): string {
  if (spec.choices?.[0] !== undefined) return spec.choices[0];
  if (spec.value === 'FILE') return '-';
  return spec.type === 'integer' ? '1' : '1G';
}

/** All ways to fill `n` places with `x` and `-`. */
function fillings(n: number): string[][] {
  return n === 0 ? [[]] : fillings(n - 1).flatMap((words) => ['x', '-'].map((w) => [...words, w]));
}
