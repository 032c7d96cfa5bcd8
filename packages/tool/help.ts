import type { Command, Tool } from './command.js';
import { commonOptions } from './invoke.js';
import type { OptionSpec } from './options.js';

/** The help text, laid out by yargs (loaded only here: importing it takes 40 ms). */
export async function help(tool: Tool, commandName: string | undefined): Promise<string> {
  const yargs = (await import('yargs/yargs')).default;
  const single = tool.commands.length === 1 && tool.commands[0]?.name === tool.name;
  const command = single ? tool.commands[0] : tool.commands.find((c) => c.name === commandName);
  const y = yargs([]).scriptName(tool.name).help(false).version(false).wrap(100);
  y.usage(command ? `${synopsis(tool, command)}\n\n${command.summary}` : `${tool.name} COMMAND [options]\n\n${tool.summary}`);
  if (!command) for (const c of tool.commands) y.command(synopsis(tool, c).replace(`${tool.name} `, ''), c.summary);
  for (const [name, spec] of Object.entries({ ...command?.options, ...commonOptions }))
    y.option(flagName(name, spec), toYargs(spec));
  y.epilogue(`Reads: ${tool.input}\nPrints: ${tool.output}\nExit codes: docs/exit-codes.md`);
  return `${await y.getHelp()}\n`;
}

/** `lv_create NAME [options]`, as in help and in the tool's page. */
export function synopsis(tool: Tool, c: Command): string {
  const words = c.positionals.map((p) => (p.optional ? `[${p.name}${p.many ? '…' : ''}]` : `${p.name}${p.many ? '…' : ''}`));
  const head = c.name === tool.name ? [tool.name] : [tool.name, c.name];
  return [...head, ...words, '[options]', ...(c.rest ? [`-- ${c.rest}`] : [])].join(' ');
}

/** The form of a flag that changes something: `no-kernel` for a boolean `kernel` that is on by default. */
export function flagName(name: string, spec: OptionSpec): string {
  return spec.type === 'boolean' && spec.default === true ? `no-${name}` : name;
}

function toYargs(spec: OptionSpec) {
  const { describe, alias, choices, value } = spec;
  const text = value ? `${value}: ${describe}` : describe;
  return {
    describe: spec.required ? `${text} (required)` : text,
    ...(alias ? { alias } : {}),
    ...(choices ? { choices: [...choices] } : {}),
    ...(spec.default === undefined || spec.type === 'boolean' ? {} : { default: spec.default }),
    ...(spec.type === 'boolean' ? { type: 'boolean' as const } : { type: 'string' as const }),
  };
}
