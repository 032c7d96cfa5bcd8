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
}

/** The kernel's devices by device-mapper uuid. */
export type Activation = ReadonlyMap<string, Live>;

/** Activation as a `current` document tells it. */
export function activationOf(current: Current): Activation {
  return new Map(
    Object.entries(current.devices).map(([name, { uuid, dev, openCount, suspended, readOnly, inactive, targets }]) => [
      uuid,
      { name, dev, openCount, suspended, readOnly, inactive, active: targets.length > 0 },
    ]),
  );
}

/** Activation as the kernel tells it now; what vanishes meanwhile is left out. */
export function askActivation(kernel: Pick<Kernel, 'list' | 'info'>): Activation {
  const devices = new Map<string, Live>();
  for (const { name } of kernel.list()) {
    const info = infoOf(kernel, name);
    if (!info) continue;
    const { uuid, dev, openCount, suspended, readOnly, inactiveTable: inactive, liveTable: active } = info;
    devices.set(uuid, { name, dev, openCount, suspended, readOnly, inactive, active });
  }
  return devices;
}

function infoOf(kernel: Pick<Kernel, 'info'>, name: string): DeviceInfo | undefined {
  try {
    return kernel.info(name);
  } catch (e) {
    if (e instanceof KernelError && e.code === 'ENXIO') return undefined;
    throw e;
  }
}
