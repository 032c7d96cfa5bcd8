import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSystemError } from '#tool/errors.js';
import { deviceAt, hostRoots, type Roots } from './sysfs.js';

/** What uses devices, by `major:minor`: `mounted on /srv`, `used as swap`. */
export type Uses = Map<string, string[]>;

/** One line of mountinfo. */
export interface Mount {
  /** `major:minor`: that of the block device, or one that no device has, beginning with `0:`. */
  dev: string;
  /** Where it is mounted. */
  target: string;
  /** What of the file system is there: `/` for all of it. */
  root: string;
  /** What it was mounted by: a path, which may have been renamed since. */
  source: string;
  type: string;
}

/**
 * Who has which device mounted or swaps to it, as this process's mount namespace shows it. What other namespaces
 * mount is seen by O_EXCL alone.
 */
export function readUses(roots: Roots = hostRoots): Uses {
  const uses: Uses = new Map();
  const add = (dev: string | undefined, use: string): void => {
    if (dev === undefined) return;
    const known = uses.get(dev) ?? [];
    if (!known.includes(use)) uses.set(dev, [...known, use]);
  };
  for (const { dev, target } of readMounts(roots)) add(dev, `mounted on ${target}`);
  for (const path of readSwaps(roots)) add(deviceAt(path), 'used as swap');
  return uses;
}

/** The mounts of this process's namespace that show block devices. */
export function readMounts(roots: Roots = hostRoots): Mount[] {
  return readMountTable('self', roots).flatMap(ofDevice);
}

/** Every mount in the namespace of a process, as it sees them; none when it has gone. */
export function readMountTable(process = 'self', roots: Roots = hostRoots): Mount[] {
  return lines(join(roots.proc, process, 'mountinfo')).flatMap(parseMount);
}

/** Of absolute paths without `..` in them. */
export function isAtOrBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(root === '/' ? '/' : `${root}/`);
}

/** The paths of the areas that are swapped to. */
export function readSwaps(roots: Roots = hostRoots): string[] {
  return lines(join(roots.proc, 'swaps'))
    .slice(1)
    .map((line) => unoctal(line.split(/\s/)[0] ?? ''));
}

/** proc(5): `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw`. */
function parseMount(line: string): Mount[] {
  const fields = line.split(' ');
  const separator = fields.indexOf('-');
  const [dev, root, target, type, from] = [fields[2], fields[3], fields[4], fields[separator + 1], fields[separator + 2]];
  if (!dev || !root || !target || !type || separator < 0) return [];
  return [{ dev, root: unoctal(root), target: unoctal(target), source: unoctal(from ?? ''), type }];
}

/** File systems on several devices (btrfs) show a number of their own and only the source names a device. */
function ofDevice(mount: Mount): Mount[] {
  if (!mount.dev.startsWith('0:')) return [mount];
  const dev = mount.source.startsWith('/') ? deviceAt(mount.source) : undefined;
  return dev === undefined ? [] : [{ ...mount, dev }];
}

/** Blanks and backslashes are written as octal. */
function unoctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function lines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch (e) {
    if (isSystemError(e)) return [];
    throw e;
  }
}
