import { fail } from '#tool/errors.js';
import type { Bytes } from '#tool/units.js';
import type { Family, Superblock } from './superblock.js';

/** What is known of a file system before it is resized. */
export interface FileSystem extends Superblock {
  family: Family;
  /** As wipefs names it: `ext4`. */
  type: string;
  uuid: string | undefined;
  label: string | undefined;
  /** The device's node. */
  path: string;
  /** For messages. */
  volume: string;
  mountedOn: string | undefined;
  swapping: boolean;
}

/** One program to run; `MOUNT` in the arguments is where the file system is mounted, for the time being if need be. */
export interface Step {
  program: string;
  args: string[];
  /** The package that has it. */
  from: string;
  success?: readonly number[];
}

export interface Resizing {
  action: 'none' | 'grow' | 'shrink';
  steps: Step[];
  /** The steps need it mounted, and it is not. */
  mountFirst: boolean;
}

/** In arguments: where the file system is mounted. */
export const MOUNT = '\0mount';

/**
 * What fits a file system to `wanted` bytes, online where that is possible. Pure.
 *
 * @throws DvmError `cannot-shrink`, `file-system-mounted`, `several-devices` (exit 83)
 */
export function stepsTo(fs: FileSystem, wanted: Bytes): Resizing {
  const size = Math.floor(wanted / fs.blockSize) * fs.blockSize;
  if (size === fs.size) return { action: 'none', steps: [], mountFirst: false };
  const action = size > fs.size ? 'grow' : 'shrink';
  return { action, ...ways[fs.family](fs, size, action) };
}

type Way = (fs: FileSystem, size: Bytes, action: 'grow' | 'shrink') => Pick<Resizing, 'steps' | 'mountFirst'>;
const ways: Readonly<Record<Family, Way>> = { ext, xfs, btrfs, swap };

/** resize2fs(8) grows a mounted file system and wants one that is not to have been checked. */
function ext(fs: FileSystem, size: Bytes, action: 'grow' | 'shrink') {
  if (action === 'shrink' && fs.mountedOn !== undefined)
    throw fail('inUse', 'file-system-mounted', `${fs.type} on volume "${fs.volume}" can only be made smaller when not mounted`, {
      hint: `umount ${fs.mountedOn}`,
      details: { mountedOn: fs.mountedOn },
    });
  const check: Step = { program: 'e2fsck', args: ['-f', '-p', fs.path], from: 'e2fsprogs', success: [0, 1] };
  const resize: Step = { program: 'resize2fs', args: [fs.path, `${size / 512}s`], from: 'e2fsprogs' };
  return { steps: fs.mountedOn === undefined ? [check, resize] : [resize], mountFirst: false };
}

/** xfs_growfs(8) works on mounted file systems only, and grows only. */
function xfs(fs: FileSystem, size: Bytes, action: 'grow' | 'shrink') {
  if (action === 'shrink')
    throw fail('inUse', 'cannot-shrink', `xfs on volume "${fs.volume}" cannot be made smaller`, {
      hint: 'copy what is on it to a new, smaller volume',
      details: { has: fs.size, wanted: size },
    });
  const step: Step = { program: 'xfs_growfs', args: ['-D', String(size / fs.blockSize), MOUNT], from: 'xfsprogs' };
  return { steps: [step], mountFirst: fs.mountedOn === undefined };
}

/** btrfs-filesystem(8): mounted, in both directions, device by device. */
function btrfs(fs: FileSystem, size: Bytes) {
  const { id = 1n, of = 1n } = fs.device ?? {};
  if (of > 1n && fs.mountedOn === undefined)
    throw fail('inUse', 'several-devices', `btrfs on volume "${fs.volume}" has ${of} devices and is not mounted`, {
      hint: 'mount it, then try again',
    });
  const step: Step = { program: 'btrfs', args: ['filesystem', 'resize', `${id}:${size}`, MOUNT], from: 'btrfs-progs' };
  return { steps: [step], mountFirst: fs.mountedOn === undefined };
}

/** mkswap(8) writes the area anew, with its uuid and label; swapoff brings back what is on it. */
function swap(fs: FileSystem, size: Bytes) {
  const kept = [...(fs.uuid ? ['--uuid', fs.uuid] : []), ...(fs.label ? ['--label', fs.label] : [])];
  const make: Step = { program: 'mkswap', args: [...kept, fs.path, String(size / 1024)], from: 'util-linux' };
  const off: Step = { program: 'swapoff', args: [fs.path], from: 'mount' };
  const on: Step = { program: 'swapon', args: [fs.path], from: 'mount' };
  return { steps: fs.swapping ? [off, make, on] : [make], mountFirst: false };
}
