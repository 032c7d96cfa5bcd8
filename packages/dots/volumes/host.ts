import type { Storage } from '#blockdev/storage.js';
import type { FileSystemType } from '../state/dot.js';
import type { DataRange, MappedRange } from './thin-xml.js';

/** A mount of this process's namespace. */
export interface Mounted {
  /** `major:minor` of the volume's device. */
  dev: string;
  target: string;
  /** What of the file system is there, `/` for all. */
  root: string;
}

export interface MountRequest {
  device: string;
  fs: FileSystemType;
  at: string;
  readOnly: boolean;
}

/** A thin pool whose devices are up, and numbers of volumes in it. */
export interface PoolRef {
  group: { id: string; name: string };
  pool: { id: string; name: string; chunkSize: number };
}

/** File systems, mounts, and what the kernel's thin pools know: what verbs ask of a machine. */
export interface Host {
  /** Below it each branch that is mounted has a directory of its id. */
  readonly mounts: string;
  /** The path of a volume's device, whether it is there or not. */
  path(group: string, volume: string): string;
  /** `major:minor` of what is at a path; undefined where there is no device. */
  deviceAt(path: string): string | undefined;
  mounted(): Mounted[];
  /** @throws DvmError `mkfs.FS-failed` (io), `no-mkfs.FS` (unavailable) */
  format(fs: FileSystemType, device: string): Promise<void>;
  /** Makes the directory and mounts on it. @throws DvmError `mount-failed` (io) */
  mount(request: MountRequest): Promise<void>;
  bind(from: string, to: string): Promise<void>;
  /** @throws DvmError `umount-failed` (io), when it is busy for one */
  unmount(target: string): Promise<void>;
  /** Makes directories and gives the path without links. */
  directory(path: string): string;
  removeDirectory(path: string): void;
  exists(path: string): boolean;
  /** Who keeps a mount point busy, for messages. */
  holders(target: string): string[];
  /** What is written to files of the mounted file system reaches its device. */
  sync(target: string): Promise<void>;
  /** A volume's device, to be read or written past file systems. */
  open(path: string, write: boolean): Promise<Storage>;
  /** Where the second volume of a pool may differ from the first, in bytes. */
  delta(pool: PoolRef, from: number, to: number): Promise<DataRange[]>;
  /** What of a volume lies in the pool, in bytes. */
  mappings(pool: PoolRef, device: number): Promise<MappedRange[]>;
}
