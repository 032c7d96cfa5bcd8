import type { DotsState } from './state/dot.js';

/** Words of one edit: a filter of the suite (`lv_snapshot`, `lv_set` …) with its arguments. */
export type Edit = readonly [string, ...string[]];

/** Volumes by id or name that a transaction brings up or leaves down, besides what is active and what is new. */
export interface Selection {
  activate?: readonly string[];
  deactivate?: readonly string[];
}

/** What a look at the group finds. */
export interface Look {
  group: { id: string; name: string };
  state: DotsState;
  /** Sectors. */
  extentSize: number;
  /** Thin pools that users can see, by name, with their ids. */
  pools: ReadonlyMap<string, { id: string; chunkSize: number }>;
}

/**
 * One group with dots in it: reads it and changes it, a transaction at a time. Everything that a verb needs of the world
 * apart from mounts; tests have one over a simulated kernel.
 */
export interface Store {
  /** Name of the group. */
  readonly group: string;
  /** Name of the thin pool that new dots go to; undefined: the only one of the group. */
  readonly pool: string | undefined;
  /** The group as it is. Takes no lock. */
  read(): Promise<Look>;
  /** All these edits and what they make active, in one transaction of the group. */
  change(edits: readonly Edit[], selection?: Selection): Promise<void>;
  /** Brings volumes up or down; the metadata stays as it is. */
  activate(selection: Selection): Promise<void>;
  /** What the machine does with a volume's file system. */
  readonly host: Host;
  newId(): string;
  /** Nanoseconds since 1970. */
  now(): bigint;
  note(line: string): void;
}

/** File systems, mounts, and what the kernel's thin pools know. */
export interface Host {
  /** The node of an active volume. */
  device(volume: { id: string; name: string }): string;
  format(fs: 'ext4' | 'xfs' | 'btrfs', device: string): Promise<void>;
}
