import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { type DvmError, fail, isSystemError } from '#tool/errors.js';
import type { Bytes } from '#tool/units.js';
import { alignedBuffer, isAligned } from './aligned.js';
import { type Io, ioFor } from './io.js';
import { errnoName, F_GETFL, F_SETFL, libc } from './libc.js';
import type { OpenOptions, OpenStorage, Storage, WriteOptions } from './storage.js';

// <linux/fs.h>: _IO(0x12, 94), _IO(0x12, 104), _IOR(0x12, 114, size_t), _IO(0x12, 119)
const BLKROGET = 0x125e;
const BLKSSZGET = 0x1268;
const BLKGETSIZE64 = 0x80081272;
const BLKDISCARD = 0x1277;
// <asm/ioctls.h>
const FIONBIO = 0x5421;

/**
 * Opens a block device (O_DIRECT where the driver takes it) or a regular image file (block size 512, buffered,
 * made durable by `flush`). Any number of reads and writes may be under way at once.
 *
 * @throws DvmError `no-device` (notFound), `device-in-use` (inUse), `read-only`, `not-permitted` (permission),
 *   `not-a-device` (usage), `io-error` (io)
 */
export const openDevice: OpenStorage = async (path, options = {}) => {
  const fd = openDescriptor(path, options);
  try {
    const { size, blockSize, direct } = geometry(fd, path, options);
    if (direct) makeBlocking(fd);
    return new Device(path, size, blockSize, fd, direct);
  } catch (e) {
    closeSync(fd);
    throw e;
  }
};

class Device implements Storage {
  readonly path: string;
  readonly size: Bytes;
  readonly blockSize: number;
  readonly #fd: number;
  readonly #direct: boolean;
  readonly #io: Io;

  constructor(path: string, size: Bytes, blockSize: number, fd: number, direct: boolean) {
    this.path = path;
    this.size = size;
    this.blockSize = blockSize;
    this.#fd = fd;
    this.#direct = direct;
    this.#io = ioFor(direct);
  }

  async read(offset: Bytes, length: Bytes): Promise<Buffer> {
    this.#check('read', offset, length);
    const buffer = this.#direct ? alignedBuffer(length) : Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const n = await this.#io.read(this.#fd, done === 0 ? buffer : buffer.subarray(done), offset + done);
      if (n <= 0) throw this.#failed('read', offset + done, n === 0 ? 'it ends there' : errnoName(n));
      done += n;
    }
    return buffer;
  }

  async write(offset: Bytes, data: Uint8Array, { durable = false }: WriteOptions = {}): Promise<void> {
    this.#check('write', offset, data.length);
    const buffer = this.#direct ? aligned(data) : data;
    for (let done = 0; done < data.length; ) {
      const n = await this.#io.write(this.#fd, done === 0 ? buffer : buffer.subarray(done), offset + done, durable);
      if (n <= 0) throw this.#failed('write', offset + done, n === 0 ? 'nothing was taken' : errnoName(n));
      done += n;
    }
  }

  async discard(offset: Bytes, length: Bytes): Promise<boolean> {
    this.#check('discard', offset, length);
    const range = Buffer.alloc(16);
    range.writeBigUInt64LE(BigInt(offset), 0);
    range.writeBigUInt64LE(BigInt(length), 8);
    return this.#direct && libc().ioctl(this.#fd, BLKDISCARD, range) === 0;
  }

  async flush(): Promise<void> {
    const result = await this.#io.flush(this.#fd);
    if (result < 0) throw this.#failed('flush', undefined, errnoName(result));
  }

  async close(): Promise<void> {
    this.#io.closed();
    closeSync(this.#fd);
  }

  #check(what: string, offset: Bytes, length: Bytes): void {
    if (offset < 0 || offset % this.blockSize || length % this.blockSize)
      throw new Error(`${what} of ${length} bytes at ${offset} is not aligned to ${this.blockSize}`);
    if (offset + length > this.size) throw this.#failed(what, offset, `it ends at byte ${this.size}`);
  }

  #failed(what: string, offset: Bytes | undefined, state: string): DvmError {
    return ioError(what, this.path, offset, state);
  }
}

/** O_DIRECT needs aligned memory. */
function aligned(data: Uint8Array): Uint8Array {
  if (isAligned(data)) return data;
  const copy = alignedBuffer(data.length);
  copy.set(data);
  return copy;
}

/** O_NONBLOCK is for the open alone, which would wait for a medium: io_uring takes it to mean that no operation may wait. */
function makeBlocking(fd: number): void {
  const flags = libc().fcntl(fd, F_GETFL, 0);
  if (flags >= 0) libc().fcntl(fd, F_SETFL, flags & ~constants.O_NONBLOCK);
}

/** O_DIRECT first; a driver that refuses it says EINVAL. Files are left to the page cache: their alignment is anybody's guess. */
function openDescriptor(path: string, { write, exclusive }: OpenOptions): number {
  const flags = (write ? constants.O_RDWR : constants.O_RDONLY) | constants.O_NONBLOCK | (exclusive ? constants.O_EXCL : 0);
  try {
    if (statSync(path).isFile()) return openSync(path, flags & ~constants.O_EXCL);
    return openDirect(path, flags);
  } catch (e) {
    throw openError(path, e);
  }
}

function openDirect(path: string, flags: number): number {
  try {
    return openSync(path, flags | constants.O_DIRECT);
  } catch (e) {
    if (isSystemError(e) && e.code === 'EINVAL') return openSync(path, flags);
    throw e;
  }
}

function geometry(fd: number, path: string, options: OpenOptions) {
  const st = fstatSync(fd);
  if (st.isFile()) return { size: st.size - (st.size % 512), blockSize: 512, direct: false };
  if (!st.isBlockDevice()) throw fail('usage', 'not-a-device', `"${path}" is neither a block device nor an image file`);
  letBlock(fd, path);
  if (options.write && ask(fd, path, BLKROGET, 4) !== 0) throw readOnly(path);
  const size = ask(fd, path, BLKGETSIZE64, 8);
  const blockSize = ask(fd, path, BLKSSZGET, 4);
  if (blockSize < 512 || blockSize > 4096 || (blockSize & (blockSize - 1)) !== 0)
    throw fail('unavailable', 'block-size', `device "${path}" has blocks of ${blockSize} bytes, not 512 to 4096`);
  return { size, blockSize, direct: true };
}

/**
 * O_NONBLOCK is for opening: what is no device, or has no medium, must not keep us. Later io_uring would take it at its word, and
 * answer EAGAIN where a device has to wait, as a thin volume does for its metadata.
 */
function letBlock(fd: number, path: string): void {
  const result = libc().ioctl(fd, FIONBIO, Buffer.alloc(4));
  if (result < 0) throw ioError('question about', path, undefined, errnoName(result));
}

function ask(fd: number, path: string, request: number, width: 4 | 8): number {
  const answer = Buffer.alloc(8);
  const result = libc().ioctl(fd, request, answer);
  if (result < 0) throw ioError('question about', path, undefined, errnoName(result));
  return width === 8 ? Number(answer.readBigUInt64LE()) : answer.readUInt32LE();
}

/** What a failed open(2) means. Exported for its test: some of these need hardware to happen. */
export function openError(path: string, e: unknown): unknown {
  if (!isSystemError(e)) return e;
  switch (e.code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ENXIO':
    case 'ENODEV':
    case 'ENOMEDIUM':
      return fail('notFound', 'no-device', `device "${path}" is not there: ${e.code}`, { cause: e });
    case 'EBUSY':
      return fail('inUse', 'device-in-use', `device "${path}" is held by the kernel for somebody else`, {
        hint: 'it is mounted, used as swap, or part of another device; see discover list',
        cause: e,
      });
    case 'EROFS':
      return readOnly(path, e);
    case 'EACCES':
    case 'EPERM':
      return fail('permission', 'not-permitted', `device "${path}" may not be opened: ${e.code}`, {
        hint: 'run as root',
        cause: e,
      });
    case 'EISDIR':
      return fail('usage', 'not-a-device', `"${path}" is neither a block device nor an image file`, { cause: e });
    default:
      return ioError('opening', path, undefined, e.code ?? e.message, e);
  }
}

function readOnly(path: string, cause?: unknown): DvmError {
  return fail('permission', 'read-only', `device "${path}" is read-only`, { cause });
}

function ioError(what: string, path: string, offset: Bytes | undefined, state: string, cause?: unknown): DvmError {
  const where = offset === undefined ? '' : ` at byte ${offset}`;
  return fail('io', 'io-error', `${what} of "${path}"${where} failed: ${state}`, {
    details: { path, operation: what, ...(offset === undefined ? {} : { offset }), state },
    cause,
  });
}
