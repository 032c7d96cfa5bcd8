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
  readonly name: string;
  /** `major:minor`. */
  readonly dev: string;
  /** A node in /dev that is this device now; undefined when there is none. */
  readonly path: string | undefined;
  readonly size: Sectors;
  readonly readOnly: boolean;
  /** Logical block size in bytes. */
  readonly blockSize: number;
  readonly removable: boolean;
  readonly partitions: string[];
  /** The disk of which this is a partition. */
  readonly parent?: string;
  /** Devices made on top of this one, and those this one is made of. */
  readonly holders: string[];
  readonly slaves: string[];
  readonly dm?: { name: string; uuid: string };
  /** Backing file of a loop device that has one. */
  readonly backingFile?: string | undefined;
}

/**
 * Every block device of the kernel that can have a node, by name in order. What it takes to tell devices apart is read at
 * once, the rest as it is asked for: there may be thousands, and a config that lets in one.
 */
export function listBlockDevices(roots: Roots = hostRoots): BlockDevice[] {
  const classDir = join(roots.sysfs, 'class/block');
  const devices = new Map<string, BlockDevice>();
  for (const name of entries(classDir).sort()) {
    const device = readDevice(`${classDir}/${name}`, name, roots);
    if (device) devices.set(name, device);
  }
  for (const d of devices.values()) if (d.parent) devices.get(d.parent)?.partitions.push(d.name);
  return [...devices.values()];
}

function readDevice(dir: string, name: string, roots: Roots): BlockDevice | undefined {
  const event = parseUevent(text(`${dir}/uevent`));
  const { MAJOR: major, MINOR: minor } = event;
  if (!major || !minor) return undefined; // hidden paths of a multipath disk, or a device that has just gone
  const parent = event.DEVTYPE === 'partition' ? parentOf(dir) : undefined;
  const dm = name.startsWith('dm-') ? readDm(dir) : undefined;
  const dev = `${major}:${minor}`;
  const identity = { name, dev, path: findNode(roots.dev, name, event.DEVNAME, dm?.name, dev) };
  return new SysfsDevice(dir, { ...identity, ...(parent ? { parent } : {}), ...(dm ? { dm } : {}) });
}

type Identity = Pick<BlockDevice, 'name' | 'dev' | 'path' | 'parent' | 'dm'>;

/** Attributes are read as they are asked for, each time anew. */
class SysfsDevice implements BlockDevice {
  readonly name: string;
  readonly dev: string;
  readonly path: string | undefined;
  readonly partitions: string[] = [];
  readonly parent?: string;
  readonly dm?: { name: string; uuid: string };
  readonly #dir: string;

  constructor(dir: string, { name, dev, path, parent, dm }: Identity) {
    this.#dir = dir;
    this.name = name;
    this.dev = dev;
    this.path = path;
    if (parent !== undefined) this.parent = parent;
    if (dm) this.dm = dm;
  }

  get size(): Sectors {
    return number(this.#text('size'));
  }
  get readOnly(): boolean {
    return this.#text('ro') === '1';
  }
  get blockSize(): number {
    return number(this.#text(`${this.parent ? '../' : ''}queue/logical_block_size`)) || 512;
  }
  get removable(): boolean {
    return !this.parent && this.#text('removable') === '1';
  }
  get holders(): string[] {
    return entries(`${this.#dir}/holders`).sort();
  }
  get slaves(): string[] {
    return entries(`${this.#dir}/slaves`).sort();
  }
  get backingFile(): string | undefined {
    return (this.name.startsWith('loop') && this.#text('loop/backing_file')) || undefined;
  }

  #text(attribute: string): string {
    return text(`${this.#dir}/${attribute}`);
  }
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
  return { name: text(`${dir}/dm/name`), uuid: text(`${dir}/dm/uuid`) };
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
