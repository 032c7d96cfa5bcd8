import { type DeviceRef, type Kernel, KernelError } from '#dm/kernel.js';
import { assert } from '../check.js';

/** Two disks that the kernel under test has, of at least 8 MiB. */
export interface Disks {
  paths: [string, string];
  /** `major:minor` */
  devs: [string, string];
  /** Sectors of the first. */
  size: number;
}

/** One case of a set that both kernels are held to: it starts without devices, and expects what Linux 6.1 answers. */
export type Case = (k: Kernel, disks: Disks) => void;

/** What a call gives: `ok`, its answer, or the errno's name. */
export function answer(f: () => unknown): unknown {
  try {
    return f() ?? 'ok';
  } catch (e) {
    if (e instanceof KernelError) return e.code;
    throw e;
  }
}

export const linear = (dev: string, start = 0, size = 64) => ({ type: 'linear', size, args: `${dev} ${start}` });
export const uuid = 'DVM-aaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbbbbbb';

/** A device with a live table. */
export function make(k: Kernel, name: string, dev: string, size = 64): string {
  const { dev: own } = k.create(name, undefined);
  k.load(name, [linear(dev, 0, size)], {});
  k.resume(name, {});
  return own;
}

/** A device's flags: Suspended, Live, Inactive, Read-only; its open count. */
export function state(k: Kernel, ref: DeviceRef): string {
  const { suspended, liveTable, inactiveTable, readOnly, openCount } = k.info(ref);
  return `${suspended ? 'S' : ''}${liveTable ? 'L' : ''}${inactiveTable ? 'I' : ''}${readOnly ? 'R' : ''}${openCount}`;
}

/** Holds a call to `ok` or to an errno. */
export function gives(code: string, f: () => unknown, message?: string): void {
  assert.is(answer(f), code, message);
}
