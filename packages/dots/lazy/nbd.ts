/**
 * Numbers and messages of the NBD protocol, fixed newstyle with simple replies: doc/proto.md of
 * https://github.com/NetworkBlockDevice/nbd. All of it is big-endian.
 */
export const greeting = Buffer.concat([Buffer.from('NBDMAGICIHAVEOPT'), Buffer.from([0, 3])]); // fixed newstyle, no zeroes
export const clientFlags = { fixedNewstyle: 1, noZeroes: 2 } as const;

export const optionMagic = Buffer.from('IHAVEOPT');
export const options = { exportName: 1, abort: 2, list: 3, info: 6, go: 7 } as const;
/** Longest data of an option: a name of 4096 bytes, and requests for information. */
export const longestOption = 8192;

const replyMagic = 0x3e889045565a9n;
export const replies = {
  ...{ ack: 1, server: 2, info: 3 },
  ...{ unsupported: 0x8000_0001, invalid: 0x8000_0003, unknown: 0x8000_0006, tooBig: 0x8000_0009 },
} as const;

export const commands = { read: 0, write: 1, disconnect: 2 } as const;
/** Numbers of the protocol, whatever the machine's errno are. */
export const errors = { none: 0, notPermitted: 1, io: 5, invalid: 22, notSupported: 95 } as const;

const requestMagic = 0x25609513;
const simpleReplyMagic = 0x67446698;
export const requestBytes = 28;
/** What we announce as largest, and longest data of a write that are read over. */
export const largestRequest = 32 << 20;

/** Has flags, read-only, several connections see the same. */
const transmissionFlags = 1 | 2 | (1 << 8);
const preferredBlock = 65_536;

export function optionReply(option: number, reply: number, data: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(20);
  head.writeBigUInt64BE(replyMagic, 0);
  head.writeUInt32BE(option, 8);
  head.writeUInt32BE(reply, 12);
  head.writeUInt32BE(data.length, 16);
  return Buffer.concat([head, data]);
}

/** Size and flags, as the answer to NBD_OPT_EXPORT_NAME begins. */
export function exportFacts(size: number): Buffer {
  const facts = Buffer.alloc(10);
  facts.writeBigUInt64BE(BigInt(size), 0);
  facts.writeUInt16BE(transmissionFlags, 8);
  return facts;
}

/** NBD_INFO_EXPORT (0) and NBD_INFO_BLOCK_SIZE (3). */
export function exportInfos(size: number): Buffer[] {
  const blocks = Buffer.alloc(14);
  blocks.writeUInt16BE(3, 0);
  blocks.writeUInt32BE(1, 2);
  blocks.writeUInt32BE(preferredBlock, 6);
  blocks.writeUInt32BE(largestRequest, 10);
  return [Buffer.concat([Buffer.alloc(2), exportFacts(size)]), blocks];
}

/** The name that NBD_OPT_INFO and NBD_OPT_GO ask for, or undefined when they are malformed. */
export function nameAskedFor(data: Buffer): string | undefined {
  if (data.length < 6) return undefined;
  const length = data.readUInt32BE(0);
  if (length > data.length - 6) return undefined;
  const count = data.readUInt16BE(4 + length);
  return data.length === 6 + length + 2 * count ? data.toString('utf8', 4, 4 + length) : undefined;
}

export interface NbdRequest {
  command: number;
  cookie: bigint;
  offset: number;
  length: number;
}

/** Undefined when it is none, or further away than any volume reaches. */
export function parseRequest(bytes: Buffer): NbdRequest | undefined {
  if (bytes.readUInt32BE(0) !== requestMagic) return undefined;
  const offset = bytes.readBigUInt64BE(16);
  return {
    command: bytes.readUInt16BE(6),
    cookie: bytes.readBigUInt64BE(8),
    offset: Number(offset > 2n ** 53n ? 2n ** 53n : offset),
    length: bytes.readUInt32BE(24),
  };
}

export function simpleReply(cookie: bigint, error: number): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32BE(simpleReplyMagic, 0);
  head.writeUInt32BE(error, 4);
  head.writeBigUInt64BE(cookie, 8);
  return head;
}
