import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
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

/** One block device as sysfs describes it. Names are the kernel's, as in sysfs (`cciss!c0d0`). */
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
 * Every block device of the kernel that can have a node, by name in order. What it takes to tell devices apart is found at
 * once, the rest as it is asked for: there may be thousands, and a config that lets in one.
 */
export function listBlockDevices(roots: Roots = hostRoots): BlockDevice[] {
  const found = entries(`${roots.sysfs}/dev/block`).flatMap((dev) => readDevice(dev, roots) ?? []);
  const devices = new Map(found.sort((a, b) => (a.name < b.name ? -1 : 1)).map((d) => [d.name, d]));
  for (const d of devices.values()) if (d.parent) devices.get(d.parent)?.partitions.push(d.name);
  return [...devices.values()];
}

/** /sys/dev/block/8:1 is a link to …/block/sda/sda1. What can have no node, as hidden paths of a multipath disk, is not there. */
function readDevice(dev: string, roots: Roots): BlockDevice | undefined {
  const dir = `${roots.sysfs}/dev/block/${dev}`;
  const [above, name] = (linkTarget(dir) ?? '').split('/').slice(-2);
  if (!above || !name) return undefined; // it has just gone
  const parent = above !== 'block' && text(`${dir}/partition`) !== '' ? above : undefined;
  const dm = name.startsWith('dm-') ? { name: text(`${dir}/dm/name`), uuid: text(`${dir}/dm/uuid`) } : undefined;
  const path = findNode(roots.dev, name, dm?.name, dev);
  return new SysfsDevice(dir, { name, dev, path, ...(parent ? { parent } : {}), ...(dm ? { dm } : {}) });
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

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** The node by its mapper name or by the kernel's name (`!` stands for `/`), if its numbers are right. */
function findNode(devDir: string, name: string, dmName: string | undefined, dev: string): string | undefined {
  const paths = [
    ...(dmName && !dmName.includes('/') ? [`${devDir}/mapper/${dmName}`] : []),
    `${devDir}/${name.replaceAll('!', '/')}`,
  ];
  return paths.find((path) => deviceAt(path) === dev);
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

function number(content: string): number {
  const value = /^\d+$/.test(content) ? Number(content) : 0;
  return Number.isSafeInteger(value) ? value : 0;
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

/** Sectors of the block device at a path; undefined for what is none. */
export function sizeAt(path: string, { sysfs }: Roots = hostRoots): Sectors | undefined {
  const dev = deviceAt(path);
  return dev === undefined ? undefined : number(text(`${sysfs}/dev/block/${dev}/size`));
}
