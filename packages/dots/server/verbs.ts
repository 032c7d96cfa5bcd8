import type { Branch, Commit, Dot, DotsState } from '../state/dot.js';
import type { DotName } from '../state/words.js';
import type { OnProgress, Remote } from '../transfer/content.js';

/** What there is on this server, as the group and the kernel say. */
export interface Seen {
  /** Name and id of the group; the id is the server's. */
  group: { id: string; name: string };
  state: DotsState;
}

/** What can be read of a branch only from the pool and the mount table. */
export interface Measured {
  sizeBytes: number;
  dirtyBytes: number;
  mounts: string[];
}

export interface TransferOptions {
  dot: DotName;
  remote: Remote;
  onProgress: OnProgress;
  signal: AbortSignal;
}

/** What the server does with dots: the verbs of `dot`, on one group. */
export interface Verbs {
  read(): Promise<Seen>;
  measure(dot: Dot, branch: Branch): Promise<Measured>;
  init(dot: DotName): Promise<Dot>;
  remove(dot: DotName): Promise<void>;
  commit(dot: DotName, message: string, author: string | undefined, metadata: Record<string, string>): Promise<Commit>;
  branch(dot: DotName, name: string, at: string | undefined): Promise<Branch>;
  rollback(dot: DotName, to: string): Promise<void>;
  fork(dot: DotName, as: { namespace: string; name: string }): Promise<Dot>;
  /** Mounts a subdot, or a commit; shown on `target` too, if one is given. Returns where it is. */
  mount(options: { dot: DotName; subdot?: string; commit?: string; target?: string }): Promise<string>;
  push(options: TransferOptions & { commit?: string; remoteBranch?: string }): Promise<void>;
  pull(options: TransferOptions & { remoteBranch?: string; stash: boolean; lazy: boolean }): Promise<void>;
  /** Makes a dot of a remote one; with `seed` that is recorded before it can be mounted. */
  clone(options: TransferOptions & { branch?: string; commit?: string; lazy: boolean; seed: boolean }): Promise<void>;
}
