import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { type DvmError, fail, isSystemError } from '#tool/errors.js';
import type { Bytes } from '#tool/units.js';
import { alignedBuffer, errnoName, libc } from './libc.js';
import type { OpenOptions, OpenStorage, Storage } from './storage.js';
import { widenThreadPool } from './threads.js';

// <linux/fs.h>: _IO(0x12, 94), _IO(0x12, 104), _IOR(0x12, 114, size_t)
const BLKROGET = 0x125e;
const BLKSSZGET = 0x1268;
const BLKGETSIZE64 = 0x80081272;

/** Buffers are aligned to a page, which is enough for every logical block size the kernel has. */
const ALIGNMENT = 4096;

/**
 * Opens a block device (O_DIRECT where the driver takes it) or a regular image file (block size 512, buffered,
 * made durable by `flush`). Reads and writes run in the runtime's pool of threads, many at once.
 *
 * @throws DvmError `no-device` (notFound), `device-in-use` (inUse), `read-only`, `not-permitted` (permission),
 *   `not-a-device` (usage), `io-error` (io)
 */
export const openDevice: OpenStorage = async (path, options = {}) => {
  widenThreadPool();
  const handle = await openHandle(path, options).catch((e: unknown) => {
    throw openError(path, e);
  });
  try {
    const { size, blockSize, direct } = await geometry(handle, path, options);
    return new Device(path, size, blockSize, handle, direct);
  } catch (e) {
    await handle.close();
    throw e;
  }
};

class Device implements Storage {
  readonly path: string;
  readonly size: Bytes;
  readonly blockSize: number;
  readonly #handle: FileHandle;
  readonly #direct: boolean;

  constructor(path: string, size: Bytes, blockSize: number, handle: FileHandle, direct: boolean) {
    this.path = path;
    this.size = size;
    this.blockSize = blockSize;
    this.#handle = handle;
    this.#direct = direct;
  }

  async read(offset: Bytes, length: Bytes): Promise<Buffer> {
    this.#check('read', offset, length);
    const buffer = this.#direct ? alignedBuffer(length, ALIGNMENT) : Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const n = await this.#attempt('read', offset + done, async () => {
        return (await this.#handle.read(buffer, done, length - done, offset + done)).bytesRead;
      });
      if (n === 0) throw ioError('read', this.path, offset + done, 'it ends there');
      done += n;
    }
    return buffer;
  }

  async write(offset: Bytes, data: Uint8Array): Promise<void> {
    this.#check('write', offset, data.length);
    const buffer = this.#direct ? aligned(data) : data;
    for (let done = 0; done < data.length; ) {
      const n = await this.#attempt('write', offset + done, async () => {
        return (await this.#handle.write(buffer, done, data.length - done, offset + done)).bytesWritten;
      });
      if (n === 0) throw ioError('write', this.path, offset + done, 'nothing was taken');
      done += n;
    }
  }

  flush(): Promise<void> {
    return this.#attempt('flush', undefined, () => this.#handle.datasync());
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  #check(what: string, offset: Bytes, length: Bytes): void {
    if (offset < 0 || offset % this.blockSize || length % this.blockSize)
      throw new Error(`${what} of ${length} bytes at ${offset} is not aligned to ${this.blockSize}`);
    if (offset + length > this.size) throw ioError(what, this.path, offset, `it ends at byte ${this.size}`);
  }

  async #attempt<T>(what: string, offset: Bytes | undefined, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (e) {
      if (!isSystemError(e)) throw e;
      throw ioError(what, this.path, offset, e.code ?? e.message, e);
    }
  }
}

function aligned(data: Uint8Array): Uint8Array {
  if (libc().address(data) % BigInt(ALIGNMENT) === 0n) return data;
  const copy = alignedBuffer(data.length, ALIGNMENT);
  copy.set(data);
  return copy;
}

/** O_DIRECT first; a driver that refuses it says EINVAL. Files are left to the page cache: their alignment is anybody's guess. */
async function openHandle(path: string, { write, exclusive }: OpenOptions): Promise<FileHandle> {
  const flags = (write ? constants.O_RDWR : constants.O_RDONLY) | constants.O_NONBLOCK | (exclusive ? constants.O_EXCL : 0);
  if ((await stat(path)).isFile()) return open(path, flags & ~constants.O_EXCL);
  try {
    return await open(path, flags | constants.O_DIRECT);
  } catch (e) {
    if (isSystemError(e) && e.code === 'EINVAL') return open(path, flags);
    throw e;
  }
}

async function geometry(handle: FileHandle, path: string, options: OpenOptions) {
  const st = await handle.stat();
  if (st.isFile()) return { size: st.size - (st.size % 512), blockSize: 512, direct: false };
  if (!st.isBlockDevice()) throw fail('usage', 'not-a-device', `"${path}" is neither a block device nor an image file`);
  if (options.write && ask(handle, path, BLKROGET, 4) !== 0) throw readOnly(path);
  const size = ask(handle, path, BLKGETSIZE64, 8);
  const blockSize = ask(handle, path, BLKSSZGET, 4);
  if (blockSize < 512 || blockSize > 4096 || (blockSize & (blockSize - 1)) !== 0)
    throw fail('unavailable', 'block-size', `device "${path}" has blocks of ${blockSize} bytes, not 512 to 4096`);
  return { size, blockSize, direct: true };
}

function ask(handle: FileHandle, path: string, request: number, width: 4 | 8): number {
  const answer = Buffer.alloc(8);
  const result = libc().ioctl(handle.fd, request, answer);
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
