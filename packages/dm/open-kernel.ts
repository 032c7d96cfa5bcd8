import { fail } from '#tool/errors.js';
import { RealKernel } from './ioctl/real-kernel.js';
import type { Kernel } from './kernel.js';
import { openSimKernel } from './sim/sim-file.js';

/** How long udev is waited for, in milliseconds, unless told otherwise. */
export const defaultUdevWait = 10_000;

/**
 * The kernel that `--kernel` names: `real`, or `sim:FILE`.
 *
 * @param note takes lines for people, never while anything is suspended
 * @throws DvmError no-device-mapper, not-permitted, no-input, bad-kernel
 */
export function openKernel(spec: string, note: (line: string) => void = () => {}, udevWait = defaultUdevWait): Kernel {
  if (spec === 'real') return RealKernel.open({ note, wait: udevWait });
  if (spec.startsWith('sim:') && spec !== 'sim:') return openSimKernel(spec.slice('sim:'.length));
  throw fail('usage', 'bad-kernel', `kernel "${spec}" is neither "real" nor "sim:FILE"`);
}
