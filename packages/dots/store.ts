import type { DotsState } from './state/dot.js';
import type { Host } from './volumes/host.js';

/** Words of one edit: a filter of the suite (`lv_snapshot`, `lv_set` …) with its arguments. */
export type Edit = readonly [string, ...string[]];

/** Volumes by id or name that a transaction brings up or leaves down, besides what is active and what is new. */
export interface Selection {
  activate?: readonly string[];
  deactivate?: readonly string[];
}

export interface Pool {
  id: string;
  name: string;
  /** Bytes. */
  chunkSize: number;
  /** Blocks are zeroed when a volume gets them: else they have what some other volume left in them. */
  zeroed: boolean;
}

/** What a look at the group finds. */
export interface Look {
  group: { id: string; name: string };
  state: DotsState;
  /** The thin pools of the group, by name. */
  pools: readonly Pool[];
}

/**
 * One group with dots in it: reads it, changes it a transaction at a time, and knows the machine that it is on. Tests have one
 * over a simulated kernel.
 */
export interface Store {
  /** Name of the group. */
  readonly group: string;
  /** Name of the thin pool that new dots go to; undefined: the only one of the group. */
  readonly pool: string | undefined;
  /** The group as it is. Takes no lock. */
  read(): Promise<Look>;
  /** All these edits, and what they make active, in one transaction of the group. */
  change(edits: readonly Edit[], selection?: Selection): Promise<void>;
  /** Brings volumes up or down; the metadata stays as it is. */
  activate(selection: Selection): Promise<void>;
  /** Keeps other verbs, of other programs too, from changing the dots of the group until `work` is done. */
  locked<T>(work: () => Promise<T>): Promise<T>;
  /** Keeps others from writing into a volume that a pull fills. */
  filling<T>(volume: { id: string; name: string }, work: () => Promise<T>): Promise<T>;
  /** Nobody fills it now. */
  isFree(volumeId: string): Promise<boolean>;
  readonly host: Host;
  newId(): string;
  /** Nanoseconds since 1970. */
  now(): bigint;
}

/**
 * Looks, decides and changes with no other verb in between: what is decided on what was seen still holds when it is done.
 */
export async function changing<T>(store: Store, work: (look: Look) => Promise<T>): Promise<T> {
  return store.locked(async () => work(await store.read()));
}
