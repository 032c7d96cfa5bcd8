import { isId } from '#documents/ids.js';
import { BLOCK, checkRegions, type DeviceRange, labelPlaces } from '#documents/layout.js';
import { checkName } from '#documents/names.js';
import { sha256 } from '#tool/crypto.js';
import { DvmError } from '#tool/errors.js';
import { SECTOR, type Sectors } from '#tool/units.js';

/** What a device says of itself (docs/formats/label.md). */
export interface Label {
  /** One more with each writing: the higher of two copies is the newer. */
  sequence: number;
  /** Of the device when it was written; it says where the second copy must be. */
  size: Sectors;
  /** The id is the identity; the name is a hint that may lag behind the group's envelope. */
  group: { id: string; name: string };
  pv: string;
  regions: DeviceRange[];
}

/** What one of the two places holds. */
export type Copy =
  | { state: 'valid'; label: Label }
  /** No label, or one that belongs to another place: of a partition, of a device that was smaller. */
  | { state: 'absent' }
  | { state: 'damaged'; why: string }
  | { state: 'newer'; version: number };

const MAGIC = 'dvm device label';
const VERSION = 1;
/** Of label and name in the one sector that carries it all, so that a torn write never mixes two labels. */
export const MAX_REGIONS = 16;
const MAX_NAME = 128;
export const LABEL_BYTES = BLOCK * SECTOR;

const at = {
  magic: 0,
  version: 16,
  flags: 20,
  checksum: 24,
  sequence: 40,
  here: 48,
  size: 56,
  group: 64,
  pv: 84,
  regionCount: 104,
  nameLength: 106,
  name: 112,
  regions: 240,
} as const;
const CHECKSUM_BYTES = 16;

/** The 4 KiB block that is written at sector `here`. */
export function packLabel(label: Label, here: Sectors): Buffer {
  const name = Buffer.from(label.group.name);
  if (label.regions.length > MAX_REGIONS || name.length > MAX_NAME) throw new Error('a label that does not fit its sector');
  const b = Buffer.alloc(LABEL_BYTES);
  b.write(MAGIC, at.magic, 'latin1');
  b.writeUInt32LE(VERSION, at.version);
  b.writeUInt32LE(0, at.flags);
  b.writeBigUInt64LE(BigInt(label.sequence), at.sequence);
  b.writeBigUInt64LE(BigInt(here), at.here);
  b.writeBigUInt64LE(BigInt(label.size), at.size);
  b.write(label.group.id, at.group, 'latin1');
  b.write(label.pv, at.pv, 'latin1');
  b.writeUInt16LE(label.regions.length, at.regionCount);
  b.writeUInt16LE(name.length, at.nameLength);
  name.copy(b, at.name);
  label.regions.forEach((r, i) => {
    b.writeBigUInt64LE(BigInt(r.start), at.regions + 16 * i);
    b.writeBigUInt64LE(BigInt(r.length), at.regions + 16 * i + 8);
  });
  checksum(b).copy(b, at.checksum);
  return b;
}

/** The block without its mark: no label, and only that differs. */
export function unmarked(block: Buffer): Buffer {
  const out = Buffer.from(block);
  return out.fill(0, at.magic, at.version);
}

/** Reads the block found at sector `here`. Never throws, whatever the bytes. */
export function parseCopy(block: Uint8Array, here: Sectors): Copy {
  const b = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  if (b.toString('latin1', at.magic, at.version) !== MAGIC) return { state: 'absent' };
  if (!checksum(b).equals(b.subarray(at.checksum, at.checksum + CHECKSUM_BYTES)))
    return { state: 'damaged', why: 'wrong checksum' };
  const version = b.readUInt32LE(at.version);
  if (version > VERSION || b.readUInt32LE(at.flags) !== 0) return { state: 'newer', version };
  if (version !== VERSION) return { state: 'damaged', why: `version ${version}` };
  try {
    if (b.readBigUInt64LE(at.here) !== BigInt(here)) return { state: 'absent' };
    const label = unpack(b);
    checkLabel(label, here);
    return { state: 'valid', label };
  } catch (e) {
    if (e instanceof BadField || e instanceof DvmError) return { state: 'damaged', why: e.message };
    throw e;
  }
}

function unpack(b: Buffer): Label {
  const regionCount = b.readUInt16LE(at.regionCount);
  const nameLength = b.readUInt16LE(at.nameLength);
  if (regionCount > MAX_REGIONS || nameLength > MAX_NAME) throw new BadField('counts past their limits');
  return {
    sequence: u64(b, at.sequence),
    size: u64(b, at.size),
    group: { id: b.toString('latin1', at.group, at.pv), name: b.toString('utf8', at.name, at.name + nameLength) },
    pv: b.toString('latin1', at.pv, at.regionCount),
    regions: Array.from({ length: regionCount }, (_, i) => ({
      start: u64(b, at.regions + 16 * i),
      length: u64(b, at.regions + 16 * i + 8),
    })),
  };
}

/** A right checksum proves that dvm's rules were known to the writer, not that they were followed. */
function checkLabel(label: Label, here: Sectors): void {
  if (!isId(label.group.id) || !isId(label.pv)) throw new BadField('ids that are none');
  checkName(label.group.name, 'group');
  if (!labelPlaces(label.size).includes(here)) throw new BadField('a place that its size does not have');
  checkRegions(label.size, label.regions);
}

class BadField extends Error {}

function u64(b: Buffer, offset: number): number {
  const n = b.readBigUInt64LE(offset);
  if (n > BigInt(Number.MAX_SAFE_INTEGER)) throw new BadField('numbers past 2^53');
  return Number(n);
}

/** First 16 bytes of SHA-256 over the first sector with the checksum's own bytes zero. */
function checksum(block: Buffer): Buffer {
  const sector = Buffer.from(block.subarray(0, SECTOR));
  sector.fill(0, at.checksum, at.checksum + CHECKSUM_BYTES);
  return sha256(sector).subarray(0, CHECKSUM_BYTES);
}
