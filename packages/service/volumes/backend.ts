import type { Volume } from '../documents.js';

/**
 * Where the space of volumes comes from. Every operation looks at what is there first, and may be done again: after a kill
 * nobody knows how far the one before came.
 */
export interface Backend {
  /** Makes the volume's space, of exactly its size, unless it is there. */
  allocate(volume: Volume): Promise<void>;
  /** What mkfs is given: an image file or a device. */
  formatPath(volume: Volume): string;
  /** A block device to mount; `release` is called when it is mounted, or was not. */
  attach(volume: Volume): Promise<Attached>;
  /** Whether the block device of this number (`major:minor`) is this volume and no other. */
  isDevice(volume: Volume, dev: string): boolean;
  /** Gives the space back, unless that has happened; what was in it is not readable afterwards. */
  free(volume: Volume): Promise<void>;
  /** The ids of all volumes that have space here, for whom there may be no record. */
  list(): Promise<string[]>;
}

export interface Attached {
  path: string;
  release(): void;
}
