import { realpathSync } from 'node:fs';
import { parseSize, SECTOR } from '#tool/units.js';
import { ramDiskParameters } from './kernel-line.js';
import { defaultKernel, type SandboxOptions } from './options.js';

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The job file that the guest's init reads: KEY=VALUE strings, each ended by a NUL. */
export function jobFile(options: SandboxOptions): string {
  const entries: [string, string][] = [
    ['moddir', (options.kernel ?? defaultKernel).modules],
    ['cwd', options.cwd ?? process.cwd()],
    ...modules(options).map((m): [string, string] => ['module', m]),
    ...(options.writable ?? []).map((d): [string, string] => ['writable', realpathSync(d)]),
    ...Object.entries(environment(options)).map(([k, v]): [string, string] => ['env', `${k}=${v}`]),
    ...options.command.map((a): [string, string] => ['arg', a]),
  ];
  if (options.loops) entries.push(['loops', `${options.loops.count}:${parseSize(options.loops.size) * SECTOR}`]);
  if (options.udev) entries.push(['udev', '1']);
  if (options.powerCut) entries.push(['cut', '1']);
  if (options.terminal) entries.push(['terminal', `${process.stdout.rows ?? 24}x${process.stdout.columns ?? 80}`]);
  return entries.map(([key, value]) => `${key}=${withoutNul(value)}\0`).join('');
}

function modules(options: SandboxOptions): string[] {
  const brd = options.ramDisks ? [['brd', ...ramDiskParameters(options.ramDisks)].join(' ')] : [];
  return ['dm-mod', ...brd, ...(options.modules ?? [])];
}

function environment(options: SandboxOptions): Record<string, string> {
  const udev: Record<string, string> = options.udev ? {} : { DM_DISABLE_UDEV: '1' };
  return { PATH: path, HOME: '/tmp', LANG: 'C.UTF-8', ...udev, ...options.env };
}

function withoutNul(value: string): string {
  if (value.includes('\0')) throw new Error(`a NUL byte in ${JSON.stringify(value)}`);
  return value;
}
