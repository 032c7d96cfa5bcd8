import type { Bytes } from '#tool/units.js';

/**
 * One opened block device or image file. Offsets and lengths are bytes and multiples of `blockSize`.
 * Everything above reads and writes through this, so that tests put a simulated disk underneath.
 */
export interface Storage {
  readonly path: string;
  readonly size: Bytes;
  /** Logical block size in bytes: 512 … 4096. */
  readonly blockSize: number;
  /** Exactly `length` bytes, or an `io-error` (exit 74). */
  read(offset: Bytes, length: Bytes): Promise<Buffer>;
  write(offset: Bytes, data: Uint8Array, options?: WriteOptions): Promise<void>;
  /**
   * Gives the bytes back to what is below: of a thin volume they read as zeros then, and take no room. False where the device
   * does not do that.
   */
  discard?(offset: Bytes, length: Bytes): Promise<boolean>;
  /** Returns when everything written before is durable. After a failure the device is not to be trusted: never retried. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface WriteOptions {
  /** Returns when this write is durable; it says nothing of those before it (FUA). After a failure as with `flush`. */
  durable?: boolean;
}

export interface OpenOptions {
  write?: boolean;
  /** O_EXCL: fails with `device-in-use` when the kernel holds the device for somebody else. */
  exclusive?: boolean;
}

export type OpenStorage = (path: string, options?: OpenOptions) => Promise<Storage>;
