import type { Region } from '#documents/regions.js';
import type { Root } from '#replicator/format/root.js';
import type { Copy } from './judge.js';

/** A version and where one copy has it. */
export type StoredVersion = Root;

export interface Transaction {
  txn: string;
  parent: string;
  /** Milliseconds since 1970. */
  time: number;
  /** Committed with the pending mark set: activation follows. */
  mark: boolean;
  /** May use the blocks that are kept for growing the regions. */
  urgent: boolean;
}

/** What a write to many regions came to. */
export interface Spread {
  done: Region[];
  failed: { region: Region; error: Error }[];
}

/**
 * The copies of one group's record, opened once for a whole run of tm; over the replicator (`replicator-store.ts`).
 * The regions are those that the labels of the present devices name.
 */
export interface Store {
  /** Every copy as it is now. Ancestors cost reads of every region: `inDoubt` leaves them out where all copies are of one version. */
  copies(ancestors?: 'always' | 'inDoubt'): Promise<Copy[]>;
  /** The content of one copy, pages verified. */
  read(copy: Copy, txn?: string): Promise<Buffer>;
  /** The versions that a copy has, newest first: the active one and its history. */
  versions(copy: Copy): Promise<StoredVersion[]>;
  /** The beginning of one of them, as far as `enough` wants. */
  prefix(copy: Copy, version: StoredVersion, enough: (prefix: Buffer) => boolean): Promise<Buffer>;
  /** Makes blank or unusable regions empty: the first step of init and of mending. */
  init(regions: Region[]): Promise<void>;
  prepare(regions: Region[], content: Buffer, transaction: Transaction): Promise<void>;
  commit(regions: Region[], txn: string): Promise<Spread>;
  abort(regions: Region[], txn: string): Promise<Spread>;
  clearMark(regions: Region[], txn: string): Promise<void>;
  wipe(regions: Region[]): Promise<void>;
  /** Writes superblocks once more, each over its older one. */
  rewrite(regions: Region[]): Promise<void>;
  /** Takes into use what regions have more than their superblocks know; true when there was any. */
  grow(regions: Region[]): Promise<boolean>;
  close(): Promise<void>;
}
