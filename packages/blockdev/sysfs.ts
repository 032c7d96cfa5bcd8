import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isSystemError } from '#tool/errors.js';
import type { Sectors } from '#tool/units.js';
import { devName } from './libc.js';

/** Where the kernel's views are; other places only for fixtures. */
export interface Roots {
  sysfs: string;
  dev: string;
  proc: string;
}

export const hostRoots: Roots = { sysfs: '/sys', dev: '/dev', proc: '/proc' };

/** One block device as sysfs describes it. Names are the kernel's, as in /sys/class/block (`cciss!c0d0`). */
export interface BlockDevice {
  name: string;
  /** `major:minor`. */
  dev: string;
  /** A node in /dev that is this device now; undefined when there is none. */
  path: string | undefined;
  size: Sectors;
  readOnly: boolean;
  /** Logical block size in bytes. */
  blockSize: number;
  removable: boolean;
  partitions: string[];
  /** The disk of which this is a partition. */
  parent?: string;
  /** Devices made on top of this one, and those this one is made of. */
  holders: string[];
  slaves: string[];
  dm?: { name: string; uuid: string };
  /** Backing file of a loop device that has one. */
  backingFile?: string;
}

/** Every block device of the kernel that can have a node, by name in order. */
export function listBlockDevices(roots: Roots = hostRoots): BlockDevice[] {
  const classDir = join(roots.sysfs, 'class/block');
  const devices = new Map<string, BlockDevice>();
  for (const name of entries(classDir).sort()) {
    const device = readDevice(join(classDir, name), name, roots);
    if (device) devices.set(name, device);
  }
  for (const d of devices.values()) if (d.parent) devices.get(d.parent)?.partitions.push(d.name);
  return [...devices.values()];
}

function readDevice(dir: string, name: string, roots: Roots): BlockDevice | undefined {
  const event = parseUevent(text(join(dir, 'uevent')));
  const { MAJOR: major, MINOR: minor } = event;
  if (!major || !minor) return undefined; // hidden paths of a multipath disk, or a device that has just gone
  const parent = event.DEVTYPE === 'partition' ? parentOf(dir) : undefined;
  const dm = name.startsWith('dm-') ? readDm(dir) : undefined;
  const backing = name.startsWith('loop') ? text(join(dir, 'loop/backing_file')) : '';
  const dev = `${major}:${minor}`;
  return {
    name,
    dev,
    path: findNode(roots.dev, name, event.DEVNAME, dm?.name, dev),
    size: number(text(join(dir, 'size'))),
    readOnly: text(join(dir, 'ro')) === '1',
    blockSize: number(text(`${dir}/${parent ? '../' : ''}queue/logical_block_size`)) || 512,
    removable: !parent && text(join(dir, 'removable')) === '1',
    partitions: [],
    ...(parent ? { parent } : {}),
    holders: entries(join(dir, 'holders')).sort(),
    slaves: entries(join(dir, 'slaves')).sort(),
    ...(dm ? { dm } : {}),
    ...(backing ? { backingFile: backing } : {}),
  };
}

/** /sys/class/block/sda1 is a link to …/block/sda/sda1. */
function parentOf(dir: string): string | undefined {
  try {
    return basename(dirname(readlinkSync(dir)));
  } catch {
    return undefined;
  }
}

function readDm(dir: string): { name: string; uuid: string } {
  return { name: text(join(dir, 'dm/name')), uuid: text(join(dir, 'dm/uuid')) };
}

/** The node by its mapper name, as the driver calls it, or by the kernel's name (`!` stands for `/`), if its numbers are right. */
function findNode(devDir: string, name: string, devname: string | undefined, dmName: string | undefined, dev: string) {
  const names = [dmName ? `mapper/${dmName}` : undefined, devname, name.replaceAll('!', '/')];
  for (const n of names) {
    if (n === undefined || n.split('/').includes('..')) continue;
    const path = join(devDir, n);
    if (deviceAt(path) === dev) return path;
  }
  return undefined;
}

/** `major:minor` of the block device that a path leads to; undefined when it leads to none. */
export function deviceAt(path: string): string | undefined {
  try {
    const st = statSync(path);
    return st.isBlockDevice() ? devName(st.rdev) : undefined;
  } catch {
    return undefined;
  }
}

/** Every other name that udev's links give to devices, by `major:minor`: /dev/disk/by-id/… and so on. */
export function linksByDevice(roots: Roots = hostRoots): Map<string, string[]> {
  const links = new Map<string, string[]>();
  const base = join(roots.dev, 'disk');
  for (const kind of entries(base).sort())
    for (const name of entries(join(base, kind)).sort()) {
      const path = join(base, kind, name);
      const dev = deviceAt(path);
      if (dev) links.set(dev, [...(links.get(dev) ?? []), path]);
    }
  return links;
}

function parseUevent(content: string): { [key: string]: string | undefined } {
  return Object.fromEntries(content.split('\n').map((line) => [line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)]));
}

function number(content: string): number {
  return /^\d+$/.test(content) ? Number(content) : 0;
}

/** Attributes come and go with their device: what is not there is empty. */
function text(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\n$/, '');
  } catch (e) {
    if (isSystemError(e)) return '';
    throw e;
  }
}

function entries(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (e) {
    if (isSystemError(e)) return [];
    throw e;
  }
}
