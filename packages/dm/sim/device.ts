import type { SimRow } from './targets.js';

export interface SimTable {
  rows: SimRow[];
  readOnly: boolean;
}

/** One mapped device. */
export interface SimDevice {
  name: string;
  uuid: string;
  minor: number;
  dev: string;
  /** Opened by users; tables of other devices are counted apart. */
  opened: number;
  eventNr: number;
  suspended: boolean;
  /** Has had a table before: only then does its disk exist and can be opened. */
  typed: boolean;
  /** Messages that its target has taken since the table came live. */
  told: string[];
  live: SimTable | undefined;
  inactive: SimTable | undefined;
}

/** Sectors; 0 without a live table. */
export function liveSize(device: SimDevice): number {
  return (device.live?.rows ?? []).reduce((sum, row) => sum + row.size, 0);
}

/**
 * What a device holds open: `DEV rw` or `DEV ro`. The kernel opens a device once for all tables of one mapped
 * device that want it in the same mode.
 */
export function opens(device: SimDevice): Set<string> {
  const held = new Set<string>();
  for (const table of [device.live, device.inactive])
    for (const row of table?.rows ?? []) for (const use of row.uses) held.add(`${use.dev} ${table?.readOnly ? 'ro' : 'rw'}`);
  return held;
}
