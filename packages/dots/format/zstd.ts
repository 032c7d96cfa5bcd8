import { loadKoffi } from '#blockdev/foreign-koffi.js';
import { type DvmError, fail } from '#tool/errors.js';
import { frameLimit } from './limits.js';
import { Places } from './places.js';

/** zstd, in the threads of the runtime's pool: several calls at once use several processors. */
export interface Codec {
  compress(data: Buffer): Promise<Buffer>;
  /**
   * @param most bytes that the content may have; nothing longer is ever made
   * @throws DvmError `bad-frame` (exit 65) no zstd, damaged, or longer
   */
  decompress(data: Buffer, most: number): Promise<Buffer>;
}

const level = 3;
let opened: Codec | undefined;

/**
 * The runtime's own zstd where it has one (Node from 22.15 on, Bun), otherwise the C library's.
 *
 * @throws DvmError `no-zstd` (exit 69)
 */
export function codec(): Codec {
  opened ??= ownCodec() ?? libraryCodec();
  return opened;
}

type Done = (error: Error | null, result: Buffer) => void;

/** What newer runtimes have in node:zlib. */
interface OwnZstd {
  zstdCompress(data: Buffer, options: { params: Record<number, number> }, done: Done): void;
  zstdDecompress(data: Buffer, options: { maxOutputLength: number }, done: Done): void;
}

/** ZSTD_c_compressionLevel of zstd.h */
const compressionLevel = 100;

function ownCodec(): Codec | undefined {
  const zlib: object = require('node:zlib');
  if (!hasZstd(zlib)) return undefined;
  return {
    compress:
      process.versions.bun === undefined
        ? (data) => called((done) => zlib.zstdCompress(data, { params: { [compressionLevel]: level } }, done))
        : (data) => Bun.zstdCompress(data, { level }), // twice as fast as its node:zlib
    decompress: async (data, most) => {
      const out = await called((done) => zlib.zstdDecompress(data, { maxOutputLength: most }, done)).catch((e: Error) => {
        throw badFrame(e.message);
      });
      if (out.length === 0) throw badFrame('nothing in it'); // Bun says no more of a frame that was cut
      return out;
    },
  };
}

function hasZstd(zlib: object): zlib is OwnZstd {
  return 'zstdCompress' in zlib && 'zstdDecompress' in zlib;
}

function called(start: (done: Done) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => start((error, result) => (error ? reject(error) : resolve(result))));
}

/** ZSTD_isError of zstd_errors.h: sizes are below, negated error codes above. */
const leastError = 2n ** 64n - 120n;

/** Calls at once: as many as koffi keeps stacks for; it refuses more than a few hundred, and threads are few. */
const callsAtOnce = 8;

function libraryCodec(): Codec {
  const library = loadLibrary();
  const places = new Places(callsAtOnce);
  const spare: Buffer[] = []; // room for frames, used again: most of what is allocated would be garbage at once
  const compress = library.func('ZSTD_compress', 'size_t', ['void *', 'size_t', 'void *', 'size_t', 'int']);
  const decompress = library.func('ZSTD_decompress', 'size_t', ['void *', 'size_t', 'void *', 'size_t']);
  const contentSize = library.func('ZSTD_getFrameContentSize', 'uint64_t', ['void *', 'size_t']);
  return {
    compress: async (data) => {
      const bound = compressBound(data.length);
      const out = (bound <= frameLimit ? spare.pop() : undefined) ?? Buffer.allocUnsafe(Math.max(bound, frameLimit));
      const size = await places.with(() => called64((done) => compress.async(out, out.length, data, data.length, level, done)));
      if (size >= leastError) throw new Error(`ZSTD_compress: ${size - 2n ** 64n}`);
      const result = Buffer.from(out.subarray(0, Number(size)));
      if (bound <= frameLimit && spare.length < callsAtOnce) spare.push(out);
      return result;
    },
    decompress: async (data, most) => {
      if (data.length === 0) throw badFrame('nothing in it');
      const told = BigInt(contentSize(data, data.length) as number | bigint);
      const room = told <= BigInt(most) ? Number(told) : most; // not told is above all sizes
      const out = Buffer.allocUnsafe(room);
      const size = await places.with(() => called64((done) => decompress.async(out, out.length, data, data.length, done)));
      if (size >= leastError) throw badFrame(`error ${2n ** 64n - size} of zstd`);
      return out.subarray(0, Number(size));
    },
  };
}

function called64(start: (done: (error: unknown, result: number | bigint) => void) => void): Promise<bigint> {
  return new Promise((resolve, reject) => start((error, result) => (error ? reject(error) : resolve(BigInt(result)))));
}

function loadLibrary() {
  try {
    return loadKoffi().load('libzstd.so.1');
  } catch (e) {
    throw fail('unavailable', 'no-zstd', `zstd is not on this machine: ${(e as Error).message}`, {
      hint: 'install libzstd1 (Debian), or use Node 22.15 or later',
    });
  }
}

/** ZSTD_COMPRESSBOUND of zstd.h */
function compressBound(size: number): number {
  return size + (size >> 8) + (size < 1 << 17 ? ((1 << 17) - size) >> 11 : 0);
}

function badFrame(what: string): DvmError {
  return fail('badInput', 'bad-frame', `compressed data are damaged: ${what}`);
}
