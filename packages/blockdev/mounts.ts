import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSystemError } from '#tool/errors.js';
import { deviceAt, hostRoots, type Roots } from './sysfs.js';

/** What uses devices, by `major:minor`: `mounted on /srv`, `used as swap`. */
export type Uses = Map<string, string[]>;

/** One line of mountinfo that shows a block device. */
export interface Mount {
  /** `major:minor` */
  dev: string;
  /** Where it is mounted. */
  target: string;
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
  return lines(join(roots.proc, 'self/mountinfo')).flatMap(parseMount);
}

/** The paths of the areas that are swapped to. */
export function readSwaps(roots: Roots = hostRoots): string[] {
  return lines(join(roots.proc, 'swaps'))
    .slice(1)
    .map((line) => unoctal(line.split(/\s/)[0] ?? ''));
}

/**
 * proc(5): `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw`. File systems on several devices (btrfs)
 * show a number of their own and only the source names a device.
 */
function parseMount(line: string): Mount[] {
  const fields = line.split(' ');
  const separator = fields.indexOf('-');
  const [own, target, type, from] = [fields[2], fields[4], fields[separator + 1], fields[separator + 2]];
  if (!own || !target || !type || separator < 0) return [];
  const source = unoctal(from ?? '');
  const dev = own.startsWith('0:') ? (source.startsWith('/') ? deviceAt(source) : undefined) : own;
  return dev === undefined ? [] : [{ dev, target: unoctal(target), source, type }];
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
