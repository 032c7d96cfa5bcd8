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
 * What dmexec does to device-mapper; one method an ioctl. Synchronous: between suspend and resume nothing else
 * may run. Two implementations: the real one (ioctl) and a simulated one whose state is a JSON document; one set
 * of cases holds them to the same answers.
 *
 * Devices are named by name. Every method throws `KernelError` with the errno of the ioctl.
 */
export interface Kernel {
  list(): { name: string; dev: string }[];
  create(name: string, uuid: string | undefined): DeviceInfo;
  remove(name: string): void;
  removeAll(): void;
  suspend(name: string, flags: { noFlush?: boolean; lockFs?: boolean }): void;
  /** Swaps an inactive table in, then resumes. Makes the node where no udevd does. */
  resume(name: string, flags: ResumeFlags): void;
  /** Loads the inactive table. `args` are as the kernel reads them (no `@NAME`). */
  load(name: string, targets: readonly Target[], flags: { readOnly?: boolean; secure?: boolean }): void;
  clear(name: string): void;
  rename(name: string, to: string): void;
  /** The target's answer, empty for most. */
  message(name: string, sector: number, text: string): string;
  info(name: string): DeviceInfo;
  table(name: string, flags: { inactive?: boolean }): Target[];
  status(name: string): Target[];
  deps(name: string): string[];
  /** Blocks until the event counter passes `eventNr`, at most `seconds` (then ETIMEDOUT). The new counter. */
  waitEvent(name: string, eventNr: number, seconds: number): number;
  /** Waits (bounded) for what udev still has to do, or makes nodes and links itself. */
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
