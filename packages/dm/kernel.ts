import type { Target } from './documents.js';

export interface DeviceInfo {
  name: string;
  uuid: string;
  /** `major:minor` */
  dev: string;
  openCount: number;
  eventNr: number;
  suspended: boolean;
  readOnly: boolean;
  liveTable: boolean;
  inactiveTable: boolean;
}

export interface ResumeFlags {
  /** A layer of another device: udev makes no links and does not scan it. */
  hidden?: boolean;
  /** Not to be scanned until it has been wiped. */
  noScan?: boolean;
}

/**
 * Which device: a name, or a name with a uuid. With a uuid the device is found by that alone; should another
 * device have taken the name, the answer is ENXIO.
 */
export type DeviceRef = string | { name: string; uuid?: string };

/**
 * What dmexec does to device-mapper; one method an ioctl. Synchronous: between suspend and resume nothing else
 * may run. Two implementations: the real one (ioctl) and a simulated one whose state is a JSON document; one set
 * of cases holds them to the same answers.
 *
 * Every method throws `KernelError` with the errno of the ioctl.
 */
export interface Kernel {
  list(): { name: string; dev: string }[];
  /** Without a minor number the kernel takes the lowest that is free; one that is taken is ENXIO. */
  create(name: string, uuid: string | undefined, minor?: number): DeviceInfo;
  remove(device: DeviceRef): void;
  removeAll(): void;
  suspend(device: DeviceRef, flags: { noFlush?: boolean; lockFs?: boolean }): void;
  /** Swaps an inactive table in, then resumes. */
  resume(device: DeviceRef, flags: ResumeFlags): void;
  /** Loads the inactive table. `args` are as the kernel reads them (no `@NAME`). */
  load(device: DeviceRef, targets: readonly Target[], flags: { readOnly?: boolean; secure?: boolean }): void;
  clear(device: DeviceRef): void;
  /** By name only: the kernel finds no uuid here. */
  rename(name: string, to: string): void;
  /** The target's answer, empty for most. */
  message(device: DeviceRef, sector: number, text: string): string;
  info(device: DeviceRef): DeviceInfo;
  table(device: DeviceRef, flags: { inactive?: boolean }): Target[];
  status(device: DeviceRef): Target[];
  /** `major:minor` of what the live table uses. */
  deps(device: DeviceRef): string[];
  /** Blocks until the event counter differs from `eventNr`, at most `seconds` (then ETIMEDOUT). The new counter. */
  waitEvent(device: DeviceRef, eventNr: number, seconds: number): number;
  /** Waits (bounded) for what udev still has to do, or makes nodes and links itself. Never while anything is suspended. */
  settle(): void;
  close(): void;
}

/** A refused ioctl. */
export class KernelError extends Error {
  constructor(
    readonly errno: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
