import { devName } from '#blockdev/libc.js';
import type { Target } from '../documents.js';

/*
 * struct dm_ioctl and what follows it, version 4 (include/uapi/linux/dm-ioctl.h). Little endian, as all machines
 * that dvm runs on. Packing and unpacking stand side by side, fields in the order of the structures.
 */

export const HEADER_SIZE = 312;
const NAME_SIZE = 128;
const UUID_SIZE = 129;
const SPEC_SIZE = 40;
const TYPE_SIZE = 16;
const at = {
  version: 0,
  dataSize: 12,
  dataStart: 16,
  targets: 20,
  openCount: 24,
  flags: 28,
  eventNr: 32,
  dev: 40,
  name: 48,
  uuid: 176,
};

/** Numbers of the commands. */
export const commands = {
  version: 0,
  removeAll: 1,
  list: 2,
  create: 3,
  remove: 4,
  rename: 5,
  suspend: 6,
  status: 7,
  tableLoad: 9,
  tableClear: 10,
  tableDeps: 11,
  tableStatus: 12,
  message: 14,
  armPoll: 16,
} as const;
export type CommandName = keyof typeof commands;

export const flags = {
  readOnly: 1 << 0,
  suspend: 1 << 1,
  persistentDev: 1 << 3,
  statusTable: 1 << 4,
  activePresent: 1 << 5,
  inactivePresent: 1 << 6,
  bufferFull: 1 << 8,
  skipLockFs: 1 << 10,
  noFlush: 1 << 11,
  queryInactive: 1 << 12,
  ueventGenerated: 1 << 13,
  secureData: 1 << 15,
  dataOut: 1 << 16,
} as const;

/** _IOWR(0xfd, number, struct dm_ioctl) */
export function requestNumber(command: CommandName): number {
  return ((3 << 30) | (HEADER_SIZE << 16) | (0xfd << 8) | commands[command]) >>> 0;
}

export interface Header {
  name?: string | undefined;
  uuid?: string | undefined;
  flags?: number;
  targetCount?: number;
  /** An event number, or a udev cookie. */
  eventNr?: number;
  /** Wanted for a new device. */
  minor?: number | undefined;
}

/** Writes the header; what follows it in the buffer is left as it is. `name` and `uuid` have been checked to fit. */
export function packHeader(b: Buffer, header: Header): void {
  b.fill(0, 0, HEADER_SIZE);
  b.writeUInt32LE(4, at.version);
  b.writeUInt32LE(b.length, at.dataSize);
  b.writeUInt32LE(HEADER_SIZE, at.dataStart);
  b.writeUInt32LE(header.targetCount ?? 0, at.targets);
  b.writeUInt32LE((header.flags ?? 0) >>> 0, at.flags);
  b.writeUInt32LE((header.eventNr ?? 0) >>> 0, at.eventNr);
  b.writeBigUInt64LE(encodeMinor(header.minor ?? 0), at.dev);
  b.write(header.name ?? '', at.name, NAME_SIZE - 1, 'utf8');
  b.write(header.uuid ?? '', at.uuid, UUID_SIZE - 1, 'utf8');
}

/** As `new_encode_dev` of the kernel does, major number 0. */
function encodeMinor(minor: number): bigint {
  return BigInt(((minor & 0xff) | ((minor & 0xfff00) << 12)) >>> 0);
}

export interface Reply {
  flags: number;
  targetCount: number;
  openCount: number;
  eventNr: number;
  dev: string;
  name: string;
  uuid: string;
  /** What follows the header; valid until the next call. */
  data: Buffer;
}

export function unpackReply(b: Buffer): Reply {
  const end = Math.min(b.readUInt32LE(at.dataSize), b.length);
  return {
    flags: b.readUInt32LE(at.flags),
    targetCount: b.readUInt32LE(at.targets),
    openCount: b.readInt32LE(at.openCount),
    eventNr: b.readUInt32LE(at.eventNr),
    dev: devName(b.readBigUInt64LE(at.dev)),
    name: text(b, at.name, NAME_SIZE),
    uuid: text(b, at.uuid, UUID_SIZE),
    data: b.subarray(Math.min(b.readUInt32LE(at.dataStart), end), end),
  };
}

/** Bytes that `packTargets` needs. */
export function targetsSize(targets: readonly Target[]): number {
  return targets.reduce((sum, t) => sum + specSize(t), 0);
}

/** struct dm_target_spec for each row, its arguments behind it, padded to 8 bytes; starts are the running sum. */
export function packTargets(b: Buffer, offset: number, targets: readonly Target[]): void {
  let start = 0;
  for (const target of targets) {
    const size = specSize(target);
    b.fill(0, offset, offset + size);
    b.writeBigUInt64LE(BigInt(start), offset);
    b.writeBigUInt64LE(BigInt(target.size), offset + 8);
    b.writeUInt32LE(size, offset + 20);
    b.write(target.type, offset + 24, TYPE_SIZE - 1, 'utf8');
    b.write(target.args, offset + SPEC_SIZE, 'utf8');
    start += target.size;
    offset += size;
  }
}

export function unpackTargets({ data, targetCount }: Reply): Target[] {
  const targets: Target[] = [];
  for (let i = 0, offset = 0; i < targetCount && offset + SPEC_SIZE <= data.length; i++) {
    const args = text(data, offset + SPEC_SIZE, data.length).trim();
    const type = text(data, offset + 24, TYPE_SIZE - 1); // the kernel leaves the last byte as it found it
    targets.push({ type, size: Number(data.readBigUInt64LE(offset + 8)), args });
    offset = data.readUInt32LE(offset + 20); // here from the start of the first, unlike in a load
  }
  return targets;
}

/** struct dm_name_list */
export function unpackNames({ data }: Reply): { name: string; dev: string }[] {
  const names: { name: string; dev: string }[] = [];
  for (let offset = 0; offset + 12 < data.length; ) {
    const dev = data.readBigUInt64LE(offset);
    if (dev === 0n) break;
    names.push({ name: text(data, offset + 12, data.length), dev: devName(dev) });
    const next = data.readUInt32LE(offset + 8);
    if (next === 0) break;
    offset += next;
  }
  return names;
}

/** struct dm_target_deps */
export function unpackDeps({ data }: Reply): string[] {
  if (data.length < 8) return [];
  const count = Math.min(data.readUInt32LE(0), Math.floor((data.length - 8) / 8));
  return Array.from({ length: count }, (_, i) => devName(data.readBigUInt64LE(8 + 8 * i)));
}

/** struct dm_target_msg */
export function packMessage(b: Buffer, offset: number, sector: number, message: string): void {
  b.writeBigUInt64LE(BigInt(sector), offset);
  b.write(`${message}\0`, offset + 8, 'utf8');
}

function specSize(target: Target): number {
  return Math.ceil((SPEC_SIZE + Buffer.byteLength(target.args) + 1) / 8) * 8;
}

/** A text ended by NUL, at most `size` bytes. */
function text(b: Buffer, start: number, size: number): string {
  const limit = Math.min(start + size, b.length);
  const end = b.indexOf(0, start);
  return b.toString('utf8', start, end < 0 || end > limit ? limit : end);
}
