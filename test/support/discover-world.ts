import { join } from 'node:path';
import { openDevice } from '#blockdev/device.js';
import type { Signature } from '#blockdev/signatures.js';
import { type BlockDevice, listBlockDevices } from '#blockdev/sysfs.js';
import type { DiscoverConfig } from '#discover/config.js';
import type { EnvelopeReader } from '#discover/envelope.js';
import type { World } from '#discover/world.js';
import type { Envelope } from '#documents/group.js';
import { newTxn, noTxn } from '#documents/ids.js';
import { regionName } from '#documents/regions.js';
import { type DvmError, fail } from '#tool/errors.js';
import { image, inTmp } from './loop.js';
import { type MemoryDisk, opener } from './memory-disk.js';
import { Random } from './random.js';
import type { FakeDevice } from './sysfs.js';
import { fakeRoots } from './sysfs.js';

/** What a region holds in a test: an envelope, nothing, or an error. */
export type RegionContent = Envelope | 'unreadable' | undefined;

/** A world of made-up devices, with ids in a fixed order. `regions` says what each region (`path:start+length`) holds. */
export function testWorld(dir: string, devices: FakeDevice[] = [], disks: MemoryDisk[] = []) {
  const random = new Random(1);
  const regions = new Map<string, RegionContent>();
  const signatures = new Map<string, string[]>();
  const log: string[] = [];
  const envelopes: EnvelopeReader = {
    versions: async (_, all) =>
      all.map((r) => {
        const content = regions.get(regionName(r));
        return content === 'unreadable' ? unreadable(regionName(r)) : content?.txn;
      }),
    envelope: async (r) => {
      const content = regions.get(regionName(r));
      if (content === undefined || content === 'unreadable') throw unreadable(regionName(r));
      return content;
    },
  };
  const roots = fakeRoots(dir, devices);
  const world: World = {
    open: disks.length > 0 ? opener(disks) : openDevice,
    roots,
    devices: () => listBlockDevices(roots),
    envelopes,
    signatures: async (path) => (signatures.get(path) ?? []).map(signature),
    wipe: async (path) => {
      log.push(`wipe ${path}`);
      signatures.delete(path);
    },
    rereadPartitions: async (path) => {
      log.push(`reread ${path}`);
    },
    lock: async (what) => {
      const name = what === 'labels' ? 'labels' : what.group;
      log.push(`lock ${name}`);
      return { fd: -1, release: () => void log.push(`release ${name}`) };
    },
    newId: () => Array.from({ length: 20 }, () => 'abcdefghijklmnopqrstuvwxyz234567'[random.below(32)]).join(''),
  };
  return { world, regions, signatures, log };
}

function unreadable(name: string): DvmError {
  return fail('io', 'io-error', `read of "${name}" failed: EIO`);
}

function signature(type: string): Signature {
  return { type, usage: undefined, uuid: undefined, label: undefined, offset: 0 };
}

/** An envelope with these PVs. */
export function envelopeOf(group: { id: string; name: string }, pvs: Record<string, string | null>, seqno = 1): Envelope {
  return {
    group: { id: group.id, name: group.name },
    seqno,
    txn: newTxn((n) => Buffer.alloc(n, seqno)),
    parent: noTxn,
    time: '2026-01-01T00:00:00Z',
    host: '',
    pvs: Object.fromEntries(Object.entries(pvs).map(([id, path]) => [id, { path, size: 65536, regions: [] }])),
  };
}

/** A block device as sysfs would tell, with a node. */
export function blockDevice(name: string, more: Partial<BlockDevice> = {}): BlockDevice {
  return {
    name,
    dev: '8:0',
    path: `/dev/${name}`,
    size: 16384,
    readOnly: false,
    blockSize: 512,
    removable: false,
    partitions: [],
    holders: [],
    slaves: [],
    ...more,
  };
}

/** Runs `f` in a directory with `n` images of 32 MiB, a config that names them, and a world. */
export function withImages(
  n: number,
  f: (w: ReturnType<typeof testWorld> & { config: DiscoverConfig; paths: string[] }) => Promise<void>,
) {
  return inTmp(async (dir) => {
    const paths = Array.from({ length: n }, (_, i) => image(join(dir, `disk${i}`), 32 << 20));
    await f({ ...testWorld(join(dir, 'roots')), config: { files: [...paths] }, paths });
  });
}
