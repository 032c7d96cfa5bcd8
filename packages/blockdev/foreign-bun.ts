import type { CType, CValue, Foreign } from './foreign.js';
import { mapped, mmapArguments } from './structs.js';

const types: Record<CType, string> = {
  int: 'i32',
  uint: 'u32',
  long: 'i64',
  ulong: 'u64',
  pointer: 'ptr',
  string: 'ptr',
};

type Ffi = typeof import('bun:ffi');

/** Bun's own, which is what the one executable has. */
export function bunForeign(): Foreign {
  const ffi = require('bun:ffi') as Ffi;
  const { library, errnoAddress } = openLibrary(ffi);
  const failure = errnoReader(ffi, errnoAddress);
  return {
    bind: (name, args) => {
      const { symbols } = ffi.dlopen(library, { [name]: { args: args.map((type) => types[type]), returns: 'i32' } });
      const f = symbols[name] as (...values: unknown[]) => number;
      return (...values) => {
        const result = f(...values.map(asArgument));
        return result === -1 ? failure() : result;
      };
    },
    address: (buffer) => {
      void buffer.buffer; // small ones live inside the heap until somebody asks for their ArrayBuffer
      return BigInt(ffi.ptr(buffer));
    },
    map: (fd, length, offset) => {
      const args = ['ptr', 'u64', 'i32', 'i32', 'i32', 'i64'];
      const { symbols } = ffi.dlopen(library, { mmap: { args, returns: 'ptr' } });
      return ffi.toArrayBuffer(Number(mapped(symbols.mmap(...mmapArguments(fd, length, offset)))), 0, length);
    },
  };
}

function asArgument(value: CValue): unknown {
  return typeof value === 'string' ? Buffer.from(`${value}\0`) : value;
}

/** glibc by its name, or musl by its. */
function openLibrary(ffi: Ffi): { library: string; errnoAddress: number } {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const names = ['libc.so.6', `libc.musl-${machine}.so.1`];
  for (const library of names)
    try {
      const { symbols } = ffi.dlopen(library, { __errno_location: { args: [], returns: 'ptr' } });
      return { library, errnoAddress: symbols.__errno_location() };
    } catch {
      // the other one's
    }
  throw new Error(`no C library: neither ${names.join(' nor ')}`);
}

/**
 * −errno of the call that has just failed. The variable of this thread is read as memory, since calling anything in
 * between could set it; reading it once beforehand leaves nothing to be prepared then.
 */
function errnoReader(ffi: Ffi, address: number): () => number {
  const errno = new Int32Array(ffi.toArrayBuffer(address, 0, 4));
  const read = (): number => -(errno[0] ?? 0);
  read();
  return read;
}
