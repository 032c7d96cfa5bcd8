import { existsSync } from 'node:fs';
import { defaultKernel, type SandboxOptions } from './options.js';

/** Why no guest can be booted on this machine, or undefined when one can. */
export function sandboxMissing(options: Pick<SandboxOptions, 'kernel'> = {}): string | undefined {
  const { path } = options.kernel ?? defaultKernel;
  return existsSync(path) ? undefined : `"${path}" is missing: install the package user-mode-linux`;
}
