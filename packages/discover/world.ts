import { openDevice } from '#blockdev/device.js';
import { type Lock, lockGroup, lockLabels } from '#blockdev/locks.js';
import { rereadPartitions } from '#blockdev/partitions.js';
import { readSignatures, type Signature, wipeSignatures } from '#blockdev/signatures.js';
import type { OpenStorage } from '#blockdev/storage.js';
import { type BlockDevice, hostRoots, listBlockDevices, type Roots } from '#blockdev/sysfs.js';
import { newId } from '#documents/ids.js';
import { type EnvelopeReader, envelopeReader } from './envelope.js';

/** What discover touches outside itself; tests put fixtures and simulated disks in its place. */
export interface World {
  open: OpenStorage;
  roots: Roots;
  /** The kernel's block devices. */
  devices(): BlockDevice[];
  envelopes: EnvelopeReader;
  /** What other programs' data is on a device, and its erasure. */
  signatures(path: string): Promise<Signature[]>;
  wipe(path: string): Promise<void>;
  /** Makes the kernel read a partition table again that has been wiped. */
  rereadPartitions(path: string): Promise<void>;
  /** Locks labelling, or a group. `wait` in milliseconds. */
  lock(what: 'labels' | { group: string; name: string }, wait: number): Promise<Lock>;
  newId(): string;
}

/** This machine. */
export function hostWorld(open: OpenStorage = openDevice): World {
  return {
    open,
    roots: hostRoots,
    devices: () => listBlockDevices(hostRoots),
    envelopes: envelopeReader(open),
    signatures: readSignatures,
    wipe: wipeSignatures,
    rereadPartitions,
    lock: (what, wait) => (what === 'labels' ? lockLabels({ wait }) : lockGroup(what.group, { wait, name: what.name })),
    newId: () => newId(),
  };
}
