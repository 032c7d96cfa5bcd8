import { existsSync, mkdirSync, realpathSync, rmdirSync } from 'node:fs';
import { openDevice } from '#blockdev/device.js';
import { holdersOf } from '#blockdev/holders.js';
import { readMounts } from '#blockdev/mounts.js';
import { deviceAt } from '#blockdev/sysfs.js';
import { runSystemProgram } from '#blockdev/system-program.js';
import { fail, isSystemError } from '#tool/errors.js';
import type { FileSystemType } from '../state/dot.js';
import type { Host, MountRequest } from './host.js';
import { delta, mappings } from './thin-tools.js';

/** This machine. */
export function realHost({ mounts, mountOptions }: { mounts: string; mountOptions: readonly string[] }): Host {
  return {
    mounts,
    path: (group, volume) => `/dev/dvm/${group}/${volume}`,
    deviceAt: (path) => deviceAt(path),
    mounted: () => readMounts().map(({ dev, target, root }) => ({ dev, target, root })),
    format,
    mount: (request) => mount(request, mountOptions),
    bind: async (from, to) => void (await runSystemProgram({ name: 'mount', args: ['--bind', from, to], from: 'mount' })),
    unmount: async (target) => void (await runSystemProgram({ name: 'umount', args: [target], from: 'mount' })),
    directory,
    removeDirectory,
    exists: (path) => existsSync(path),
    holders: (target) => holdersOf(target),
    sync: async (target) => void (await runSystemProgram({ name: 'sync', args: ['-f', target], from: 'coreutils' })),
    open: (path, write) => openDevice(path, { write, exclusive: write }),
    delta,
    mappings,
  };
}

const makers: Record<FileSystemType, { args: string[]; from: string }> = {
  ext4: { args: ['-q', '-F', '-m', '0', '-E', 'nodiscard'], from: 'e2fsprogs' },
  xfs: { args: ['-q', '-f', '-K'], from: 'xfsprogs' },
  btrfs: { args: ['-q', '-f', '-K'], from: 'btrfs-progs' },
};

/** A new thin volume reads as zeros: there is nothing to discard. */
async function format(fs: FileSystemType, device: string): Promise<void> {
  const { args, from } = makers[fs];
  await runSystemProgram({ name: `mkfs.${fs}`, args: [...args, device], from });
}

/** What mounts that must not write need besides `ro`: a journal stays as it is. Copies have the UUID of what they were copied from. */
const copies: Record<FileSystemType, { always: string[]; readOnly: string[] }> = {
  ext4: { always: [], readOnly: ['noload'] },
  xfs: { always: ['nouuid'], readOnly: ['norecovery'] },
  btrfs: { always: [], readOnly: [] },
};

async function mount({ device, fs, at, readOnly }: MountRequest, usual: readonly string[]): Promise<void> {
  directory(at);
  const { always, readOnly: whenReadOnly } = copies[fs];
  const options = [...usual, ...always, ...(readOnly ? ['ro', ...whenReadOnly] : [])].join(',');
  const args = ['-t', fs, ...(options === '' ? [] : ['-o', options]), device, at];
  await runSystemProgram({ name: 'mount', args, from: 'mount', subject: at });
}

function directory(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o755 });
    return realpathSync(path);
  } catch (e) {
    if (!isSystemError(e)) throw e;
    throw fail('io', 'no-directory', `directory "${path}" cannot be made: ${e.code}`, { cause: e });
  }
}

function removeDirectory(path: string): void {
  try {
    rmdirSync(path);
  } catch (e) {
    if (!isSystemError(e)) throw e; // somebody is in it, or has taken it away
  }
}
