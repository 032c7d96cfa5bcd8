import { readFileSync } from 'node:fs';
import { openKernel } from '#dm/open-kernel.js';
import { DvmError } from '#tool/errors.js';
import { type Activation, askActivation } from './activation.js';

/**
 * What is active, asked of a kernel (`real` or `sim:FILE`). Undefined (unknown) where the running kernel has no
 * device-mapper, or does not let this user ask: a report is no reason to load a module, and none to fail.
 */
export function activationNow(kernel: string, reporting: ReadonlySet<string>): Activation | undefined {
  if (kernel === 'real' && !hasDeviceMapper()) return undefined;
  try {
    const opened = openKernel(kernel);
    try {
      return askActivation(opened, reporting);
    } finally {
      opened.close();
    }
  } catch (e) {
    if (e instanceof DvmError && (e.exit === 'unavailable' || e.exit === 'permission')) return undefined;
    throw e;
  }
}

function hasDeviceMapper(): boolean {
  try {
    return /^\s*\d+ device-mapper$/m.test(readFileSync('/proc/misc', 'utf8'));
  } catch {
    return false;
  }
}
