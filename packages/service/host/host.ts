import { chmodSync, chownSync, readdirSync, rmdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { holdersOf, otherNamespaces } from '#blockdev/holders.js';
import { readMountTable } from '#blockdev/mounts.js';
import { runSystemProgram } from '#blockdev/system-program.js';
import type { Volume } from '../documents.js';
import { openPlace, removePlaces, surveyPlace } from './place.js';

/** What volumes need of the machine, apart from space: file systems and mounts. */
export interface Host {
  /** @throws DvmError `mkfs.FS-failed`, `no-mkfs.FS` */
  format(volume: Volume, path: string): Promise<void>;
  /** The directories that must be made for a mount point; refuses one that is taken. */
  survey(mountPoint: string): string[];
  /** Mounts a device on the volume's mount point, whose directories are made. */
  mount(volume: Volume, device: string): Promise<void>;
  /** `major:minor` of what is mounted there, the topmost; undefined when nothing is. */
  mountedAt(mountPoint: string): string | undefined;
  /** Other mount points of this device in our namespace. */
  alsoMountedAt(dev: string, mountPoint: string): string[];
  /** @throws DvmError `umount-failed` */
  unmount(mountPoint: string): Promise<void>;
  /** Makes a new file system's root what the volume asks for, without lost+found. */
  tidy(volume: Volume): void;
  removePlaces(made: readonly string[], mountPoint: string): void;
  holders(mountPoint: string): string[];
  otherNamespaces(dev: string): string[];
}

export interface HostRules {
  /** The root that a mount point is below. */
  rootOf(mountPoint: string): string;
  overNonEmpty: boolean;
  mountOptions: readonly string[];
}

/** The machine itself. */
export function realHost(rules: HostRules): Host {
  const { rootOf, overNonEmpty, mountOptions } = rules;
  return {
    format,
    survey: (mountPoint) => surveyPlace(mountPoint, rootOf(mountPoint), overNonEmpty),
    mount: async ({ mountPoint, fs }, device) => {
      const place = openPlace(mountPoint, rootOf(mountPoint), true);
      try {
        const options = mountOptions.length > 0 ? ['-o', mountOptions.join(',')] : [];
        const args = ['--no-canonicalize', '-t', fs, ...options, device, '/proc/self/fd/3'];
        await runSystemProgram({ name: 'mount', args, from: 'mount', keep: [place.fd], subject: mountPoint });
      } finally {
        place.close();
      }
    },
    mountedAt: (mountPoint) => readMountTable().findLast((m) => m.target === mountPoint)?.dev,
    alsoMountedAt: (dev, mountPoint) =>
      readMountTable().flatMap((m) => (m.dev === dev && m.target !== mountPoint ? [m.target] : [])),
    unmount: async (mountPoint) => unmount(mountPoint, rootOf(mountPoint)),
    tidy: (volume) => tidy(volume, rootOf(volume.mountPoint)),
    removePlaces: (made, mountPoint) => removePlaces(made, rootOf(mountPoint)),
    holders: (mountPoint) => holdersOf(mountPoint),
    otherNamespaces: (dev) => otherNamespaces(dev),
  };
}

const makers = {
  ext2: { from: 'e2fsprogs', args: ['-q', '-F', '-m', '0'] },
  ext3: { from: 'e2fsprogs', args: ['-q', '-F', '-m', '0'] },
  ext4: { from: 'e2fsprogs', args: ['-q', '-F', '-m', '0'] },
  xfs: { from: 'xfsprogs', args: ['-q', '-f'] },
};

async function format({ fs }: Volume, path: string): Promise<void> {
  const { from, args } = makers[fs];
  await runSystemProgram({ name: `mkfs.${fs}`, args: [...args, path], from });
}

/** A mount on the root itself is reached through the directory above it. */
async function unmount(mountPoint: string, root: string): Promise<void> {
  const above = mountPoint === root ? dirname(root) : root;
  const parent = openPlace(dirname(mountPoint), above);
  try {
    const args = ['--no-canonicalize', join('/proc/self/fd/3', basename(mountPoint))];
    await runSystemProgram({ name: 'umount', args, from: 'mount', keep: [parent.fd], subject: mountPoint });
  } finally {
    parent.close();
  }
}

function tidy({ mountPoint, fs, mode, uid, gid }: Volume, root: string): void {
  const place = openPlace(mountPoint, root);
  const path = `/proc/self/fd/${place.fd}`;
  try {
    if (fs !== 'xfs' && readdirSync(path).includes('lost+found')) rmdirSync(join(path, 'lost+found'));
    if (uid !== undefined || gid !== undefined) chownSync(path, uid ?? 0, gid ?? 0);
    if (mode !== undefined) chmodSync(path, mode);
  } finally {
    place.close();
  }
}
