import { envelopeReader } from '#discover/envelope.js';
import type { World } from '#discover/world.js';
import { blockDevice } from './discover-world.js';
import type { Disks } from './disk.js';

/** A machine for discover: block devices over simulated disks, nothing mounted, nothing locked. */
export function simDiscover(
  disks: Disks,
  paths: readonly string[],
  numberOf: (path: string) => string,
  newId: () => string,
): World {
  const size = (path: string): number => disks.image(path).size / 512;
  return {
    open: disks.open,
    roots: { sysfs: '/nowhere', dev: '/nowhere', proc: '/nowhere' },
    devices: () => paths.map((path) => blockDevice(path.slice(1), { path, dev: numberOf(path), size: size(path) })),
    envelopes: envelopeReader(disks.open),
    signatures: async () => [],
    wipe: async () => {},
    rereadPartitions: async () => {},
    lock: async () => ({ fd: -1, release: () => {} }),
    newId,
  };
}
