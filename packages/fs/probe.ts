import { closeSync, openSync, readSync } from 'node:fs';
import { readMounts, readSwaps } from '#blockdev/mounts.js';
import { readSignatures, type Signature } from '#blockdev/signatures.js';
import { deviceAt } from '#blockdev/sysfs.js';
import { runSystemProgram } from '#blockdev/system-program.js';
import { fail } from '#tool/errors.js';
import type { FileSystem } from './steps.js';
import { type Family, headBytes, parseSuperblock, type Superblock, sized } from './superblock.js';

/**
 * The file system on a volume's device; undefined where nothing is recognised.
 *
 * @throws DvmError `no-device` (exit 80) for an inactive volume, `not-resizable`, `mounted-elsewhere` (exit 83), `bad-superblock` (exit 65)
 */
export async function probe(volume: string, path: string): Promise<FileSystem | undefined> {
  const dev = deviceAt(path);
  if (dev === undefined)
    throw fail('notFound', 'inactive', `volume "${volume}" is not active: what is on it cannot be seen`, {
      hint: 'activate it first',
      details: { path },
    });
  const signature = onlyOne(volume, await readSignatures(path));
  if (!signature) return undefined;
  const family = familyOf(volume, signature);
  const mount = readMounts().find((m) => m.dev === dev);
  if (family === 'ext' && mount && deviceAt(mount.source) !== dev) throw renamed(volume, mount.source, mount.target);
  const superblock = await superblockOf(family, path, mount?.target);
  return {
    ...superblock,
    ...{ family, path, volume, type: signature.type, uuid: signature.uuid, label: signature.label },
    mountedOn: mount?.target,
    swapping: readSwaps().some((area) => deviceAt(area) === dev),
  };
}

function onlyOne(volume: string, signatures: readonly Signature[]): Signature | undefined {
  const types = [...new Set(signatures.map((s) => s.type))];
  if (types.length < 2) return signatures[0];
  throw fail('inUse', 'not-resizable', `volume "${volume}" carries signatures of ${types.join(' and ')}`, {
    hint: 'wipefs shows them; erase those that are left over',
  });
}

function familyOf(volume: string, { type }: Signature): Family {
  if (/^ext[234]$/.test(type)) return 'ext';
  if (type === 'xfs' || type === 'btrfs' || type === 'swap') return type;
  throw fail('inUse', 'not-resizable', `volume "${volume}" carries ${type}, which is not resized here`, {
    hint: 'resize what is on it by its own tools, then the volume without --fs',
  });
}

/** resize2fs knows a mounted file system by the name it was mounted by. */
function renamed(volume: string, source: string, target: string) {
  return fail('inUse', 'mounted-elsewhere', `volume "${volume}" is mounted on ${target} by its old name, "${source}"`, {
    hint: 'unmount it and mount it by its new name first',
  });
}

/** Through the page cache, where a mounted file system keeps its superblock; what keeps it elsewhere is asked. */
async function superblockOf(family: Family, path: string, mountedOn: string | undefined): Promise<Superblock> {
  if (mountedOn !== undefined && family === 'btrfs')
    await runSystemProgram({ name: 'btrfs', args: ['filesystem', 'sync', mountedOn], from: 'btrfs-progs' });
  if (mountedOn !== undefined && family === 'xfs')
    return parseXfsInfo(await runSystemProgram({ name: 'xfs_info', args: [mountedOn], from: 'xfsprogs' }));
  const head = Buffer.alloc(headBytes);
  const fd = openSync(path, 'r');
  try {
    return parseSuperblock(family, head.subarray(0, readSync(fd, head, 0, headBytes, 0)));
  } finally {
    closeSync(fd);
  }
}

/** `data     =                       bsize=4096   blocks=4096, imaxpct=25` */
export function parseXfsInfo(text: string): Superblock {
  const [, blockSize, blocks] = /^data\s+=\s+bsize=(\d+)\s+blocks=(\d+)/m.exec(text) ?? [];
  const found = sized(Number(blockSize) * Number(blocks), Number(blockSize));
  if (found) return found;
  throw fail('io', 'xfs_info-failed', 'xfs_info printed something that is not known');
}
