import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Disk, defaultKernel, type SandboxOptions } from './options.js';

export const usage = `sandbox [options] -- COMMAND…   runs COMMAND as root in a throw-away Linux guest with device-mapper
sandbox --shell [options]        an interactive shell there, with four blank disks /dev/ubda … /dev/ubdd

  --disk SIZE               blank disk, the next of /dev/ubda, /dev/ubdb … (64M, 10G; sparse), at most 16
  --image FILE[,sync]       existing image as the next disk, kept; sync: each write reaches the host's storage
  --loops COUNT:SIZE        loop devices in the guest's memory
  --ram-disks COUNT:SIZE    RAM disks /dev/ram0 …
  --module "NAME [PARAM…]"  kernel module (device-mapper is there, targets load by themselves)
  --writable DIR            the guest may write DIR of the host; all else it writes is thrown away
  --memory SIZE             default 1G
  --time-limit SECONDS      default 120, 0 for none
  --env NAME=VALUE          --cwd DIR (default: here)      --stdin FILE (- is standard input)
  --cpu N|auto|any          default auto: the CPU with fewest guests
  --kernel FILE             --modules-dir DIR     another user-mode kernel
  --kernel-argument ARG     --udev (run udevd)    --power-cut (off after the command without a sync)
  --console                 the guest kernel's messages to standard error afterwards

Exit code: the command's; 124 time limit; 125 the guest died or could not start.
`;

const many = { type: 'string', multiple: true } as const;
const one = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const flags = { help: flag, shell: flag, udev: flag, 'power-cut': flag, console: flag };
const single = {
  loops: one,
  'ram-disks': one,
  memory: one,
  'time-limit': one,
  cwd: one,
  stdin: one,
  cpu: one,
  kernel: one,
  'modules-dir': one,
};
const repeated = { disk: many, image: many, module: many, writable: many, env: many, 'kernel-argument': many };

export interface SandboxCommand {
  help: boolean;
  shell: boolean;
  showConsole: boolean;
  options: SandboxOptions;
}

/** Arguments of the command line as options; throws with a message for people. */
export function sandboxCommand(args: string[]): SandboxCommand {
  const parsed = parseArgs({ args, options: { ...flags, ...single, ...repeated }, allowPositionals: true, tokens: true });
  const { values, positionals } = parsed;
  if (positionals.length === 0 && !values.help && !values.shell) throw new Error(`no command\n${usage}`);
  return {
    help: values.help ?? false,
    shell: values.shell ?? false,
    showConsole: values.console ?? false,
    options: {
      command: positionals,
      disks: disksInOrder(parsed.tokens),
      loops: countAndSize(values.loops),
      ramDisks: countAndSize(values['ram-disks']),
      modules: values.module,
      writable: values.writable,
      memory: values.memory,
      timeLimit: values['time-limit'] === undefined ? undefined : number(values['time-limit']),
      env: Object.fromEntries((values.env ?? []).map(assignment)),
      cwd: values.cwd,
      stdin: values.stdin === undefined ? undefined : readFileSync(values.stdin === '-' ? 0 : values.stdin),
      cpu: values.cpu === undefined || values.cpu === 'auto' || values.cpu === 'any' ? values.cpu : number(values.cpu),
      kernel:
        values.kernel === undefined
          ? undefined
          : { path: values.kernel, modules: values['modules-dir'] ?? defaultKernel.modules },
      kernelArguments: values['kernel-argument'],
      udev: values.udev,
      powerCut: values['power-cut'],
    },
  };
}

type Token = { kind: string; name?: string; value?: string | undefined };

/** Blank disks and images share one row of letters, so their order on the command line counts. */
function disksInOrder(tokens: Token[]): Disk[] {
  return tokens.flatMap((t): Disk[] => {
    if (t.kind !== 'option' || t.value === undefined) return [];
    if (t.name === 'disk') return [t.value];
    if (t.name !== 'image') return [];
    const sync = t.value.endsWith(',sync');
    return [{ image: sync ? t.value.slice(0, -',sync'.length) : t.value, sync }];
  });
}

function countAndSize(text: string | undefined): { count: number; size: string } | undefined {
  if (text === undefined) return undefined;
  const [count = '', size] = text.split(':');
  if (size === undefined) throw new Error(`"${text}" is not COUNT:SIZE`);
  return { count: number(count), size };
}

function number(text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`"${text}" is not a number`);
  return Number(text);
}

function assignment(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new Error(`"${text}" is not NAME=VALUE`);
  return [text.slice(0, at), text.slice(at + 1)];
}
