import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { devName, errnoName, type Libc } from '#blockdev/libc.js';
import { splitDmName } from '#documents/names.js';
import { isSystemError } from '#tool/errors.js';

const S_IFBLK = 0o060000;

/** A device as far as its node and links need it. */
export interface NodeOf {
  name: string;
  uuid: string;
  /** `major:minor` */
  dev: string;
}

/**
 * Makes `mapper/NAME`, and for volumes the links `dvm/GROUP/VOLUME` and, where nothing else is there,
 * `GROUP/VOLUME`. What is right already, udev's links for instance, stays.
 *
 * @param seen directories that were looked into before, and whether they are ours: each is listed once a run, not for each volume
 * @param dev the directory, /dev
 */
export function makeNodes(calls: Libc, device: NodeOf, seen: Map<string, boolean>, dev = '/dev'): void {
  makeNode(calls, join(dev, 'mapper', device.name), device.dev);
  const volume = volumeOf(device);
  if (!volume) return;
  const [group, name] = volume;
  link(join(dev, 'dvm', group, name), `../../mapper/${device.name}`);
  const short = join(dev, group);
  if (!seen.has(short)) seen.set(short, isOurs(short));
  if (seen.get(short)) link(join(short, name), `../mapper/${device.name}`);
}

/** Takes away what `makeNodes` made, and nothing that has become something else. */
export function removeNodes(device: NodeOf, dev = '/dev'): void {
  const node = join(dev, 'mapper', device.name);
  const stat = lstatSync(node, { throwIfNoEntry: false });
  if (stat?.isBlockDevice() && devName(stat.rdev) === device.dev) unlinkSync(node);
  const volume = volumeOf(device);
  if (!volume) return;
  const [group, name] = volume;
  unlink(join(dev, 'dvm', group, name), `../../mapper/${device.name}`);
  unlink(join(dev, group, name), `../mapper/${device.name}`);
}

/** Group and volume of a device of ours that is no hidden layer; undefined for all others and for names unfit for a path. */
export function volumeOf({ name, uuid }: { name: string; uuid: string }): [group: string, volume: string] | undefined {
  if (!/^DVM-[a-z2-7]{20}-[a-z2-7]{20}$/.test(uuid)) return undefined;
  const parts = splitDmName(name);
  const [group, volume] = parts ?? [];
  if (parts?.length !== 2 || group === undefined || volume === undefined) return undefined;
  return [group, volume].every(fitsPath) ? [group, volume] : undefined;
}

function fitsPath(part: string): boolean {
  return part !== '.' && part !== '..' && !part.includes('/') && !part.includes('\0');
}

/** As a rule nothing is there, and it is made by one system call; what is to go is replaced in one step. */
function makeNode(calls: Libc, path: string, device: string): void {
  const [major, minor] = device.split(':').map(Number);
  const make = (at: string): string | undefined => {
    const result = calls.mknod(at, S_IFBLK | 0o600, major ?? 0, minor ?? 0);
    return result < 0 ? errnoName(result) : undefined;
  };
  let error = make(path);
  if (error === 'ENOENT') {
    mkdirSync(dirname(path), { recursive: true });
    error = make(path);
  }
  if (error === 'EEXIST') {
    if (numberOf(path) === device) return;
    const temporary = temporaryFor(path);
    error = make(temporary);
    if (!error) renameSync(temporary, path);
  }
  if (error) throw new Error(`${error}: mknod "${path}"`);
}

function temporaryFor(path: string): string {
  return `${path}.${process.pid}`;
}

/** `major:minor` of a block device node, through links. */
function numberOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isBlockDevice() ? devName(stat.rdev) : undefined;
}

/** A link to `target`; one that points into `mapper` already is replaced, anything else is left alone. */
function link(path: string, target: string): void {
  if (linkIfNothingIsThere(path, target)) return;
  if (!lstatSync(path).isSymbolicLink() || !isMapperLink(path) || readlinkSync(path) === target) return;
  const temporary = temporaryFor(path);
  symlinkSync(target, temporary);
  renameSync(temporary, path);
}

/** Makes the link unless something is there. */
function linkIfNothingIsThere(path: string, target: string): boolean {
  try {
    symlinkSync(target, path);
    return true;
  } catch (e) {
    if (isSystemError(e) && e.code === 'EEXIST') return false;
    if (!isSystemError(e) || e.code !== 'ENOENT') throw e;
  }
  mkdirSync(dirname(path), { recursive: true });
  return linkIfNothingIsThere(path, target);
}

function unlink(path: string, target: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found?.isSymbolicLink() || readlinkSync(path) !== target) return;
  unlinkSync(path);
  try {
    rmdirSync(dirname(path));
  } catch (e) {
    if (!isSystemError(e) || e.code !== 'ENOTEMPTY') throw e;
  }
}

/** True for a directory of links into `mapper` and nothing else, and for one that does not exist: /dev/shm may be empty. */
function isOurs(directory: string): boolean {
  const stat = lstatSync(directory, { throwIfNoEntry: false });
  if (!stat) return true;
  const entries = stat.isDirectory() ? readdirSync(directory) : [];
  return entries.length > 0 && entries.every((entry) => isMapperLink(join(directory, entry)));
}

function isMapperLink(path: string): boolean {
  return lstatSync(path).isSymbolicLink() && /^(\.\.\/)+mapper\/[^/]+$/.test(readlinkSync(path));
}
