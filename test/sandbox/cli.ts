// sandbox [options] -- COMMAND…: runs a command as root in a throw-away Linux guest. `--help` lists the options.
import { sandboxCommand, usage } from './cli-options.js';
import { exitGuestDied } from './options.js';
import { runInSandbox } from './sandbox.js';
import { runShell } from './shell.js';

async function main(args: string[]): Promise<void> {
  const command = sandboxCommand(args);
  if (command.help) process.stdout.write(usage);
  else if (command.shell) process.exitCode = await runShell(command.options);
  else process.exitCode = await run(command);
}

async function run({ options, showConsole }: ReturnType<typeof sandboxCommand>): Promise<number> {
  const result = await runInSandbox({ ...options, onOutput: (stream, chunk) => process[stream].write(chunk) });
  if (showConsole) process.stderr.write(result.console);
  if (result.failure) process.stderr.write(`sandbox: ${result.failure}\n`);
  if (result.timedOut) process.stderr.write(`sandbox: time limit of ${options.timeLimit ?? 120} s\n`);
  return result.code;
}

main(process.argv.slice(2)).catch((e: unknown) => {
  process.stderr.write(`sandbox: ${e instanceof Error ? e.message : String(e)}\n`);
  process.exitCode = exitGuestDied;
});
