import type { Current } from '#dm/documents.js';
import { type DeviceInfo, type Kernel, KernelError } from '#dm/kernel.js';

/** One device-mapper device as the kernel has it. */
export interface Live {
  name: string;
  /** `major:minor` */
  dev: string;
  openCount: number;
  suspended: boolean;
  readOnly: boolean;
  /** An inactive table is loaded. */
  inactive: boolean;
  /** A live table is loaded: the device can be used. */
  active: boolean;
  /** What each row reports, where that was asked for. */
  status?: readonly string[];
}

/** The kernel's devices by device-mapper uuid. */
export type Activation = ReadonlyMap<string, Live>;

/** Activation as a `current` document tells it. */
export function activationOf(current: Current): Activation {
  return new Map(
    Object.entries(current.devices).map(([name, { uuid, dev, openCount, suspended, readOnly, inactive, targets, status }]) => [
      uuid,
      { name, dev, openCount, suspended, readOnly, inactive, active: targets.length > 0, ...(status ? { status } : {}) },
    ]),
  );
}

type Asked = Pick<Kernel, 'list' | 'info' | 'status'>;

/**
 * Activation as the kernel tells it now; what vanishes meanwhile is left out.
 *
 * @param reporting uuids of the devices whose status is of interest: it costs a call for each
 */
export function askActivation(kernel: Asked, reporting: ReadonlySet<string> = new Set()): Activation {
  const devices = new Map<string, Live>();
  for (const { name } of kernel.list()) {
    const info = infoOf(kernel, name);
    if (!info) continue;
    const { uuid, dev, openCount, suspended, readOnly, inactiveTable: inactive, liveTable: active } = info;
    const status = active && reporting.has(uuid) ? { status: statusOf(kernel, name) } : {};
    devices.set(uuid, { name, dev, openCount, suspended, readOnly, inactive, active, ...status });
  }
  return devices;
}

function statusOf(kernel: Asked, name: string): string[] {
  return unlessGone(() => kernel.status(name).map((t) => t.args)) ?? [];
}

function infoOf(kernel: Asked, name: string): DeviceInfo | undefined {
  return unlessGone(() => kernel.info(name));
}

function unlessGone<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (e) {
    if (e instanceof KernelError && e.code === 'ENXIO') return undefined;
    throw e;
  }
}
