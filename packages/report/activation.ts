import type { Current } from '#dm/documents.js';

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

/** The uuid of a volume's visible device (docs/architecture.md). */
export function volumeUuid(group: string, volume: string): string {
  return `DVM-${group}-${volume}`;
}

/** Activation as a `current` document tells it. */
export function activationOf(current: Current): Activation {
  return new Map(
    Object.entries(current.devices).map(([name, { uuid, dev, openCount, suspended, readOnly, inactive, targets }]) => [
      uuid,
      { name, dev, openCount, suspended, readOnly, inactive, active: targets.length > 0 },
    ]),
  );
}
