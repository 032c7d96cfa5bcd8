import type { CFunction, CType, Foreign } from './foreign.js';
import { bunForeign } from './foreign-bun.js';
import { koffiForeign } from './foreign-koffi.js';
import { makeDev, packPollfd, packSembuf, packTimespec } from './structs.js';

/**
 * The few C library calls that a JavaScript runtime lacks. Every call returns its result (≥ 0), or −errno; none
 * throws. Buffers are passed by address: what the kernel writes into them is there on return.
 */
export interface Libc {
  /** `argument` is a buffer that the kernel reads and writes in place, or a number. */
  ioctl(fd: number, request: number, argument: Uint8Array | number): number;
  flock(fd: number, operation: number): number;
  fcntl(fd: number, command: number, argument: number): number;
  /** Reads these bytes of the address space in and keeps them in memory. */
  mlock(address: bigint, length: bigint): number;
  munlock(address: bigint, length: bigint): number;
  madvise(address: bigint, length: bigint, advice: number): number;
  mlockall(flags: number): number;
  munlockall(): number;
  prctl(option: number, a?: number, b?: number, c?: number, d?: number): number;
  /** Makes a device node; `mode` holds S_IFBLK or S_IFCHR. The umask applies. */
  mknod(path: string, mode: number, major: number, minor: number): number;
  /** The environment of the C library; a runtime may have copied it for itself. */
  setenv(name: string, value: string, overwrite: number): number;
  semget(key: number, count: number, flags: number): number;
  /** One operation on semaphore 0, waiting at most `milliseconds` (then −EAGAIN); without it as long as it takes. */
  semop(id: number, operation: number, flags: number, milliseconds?: number): number;
  semctl(id: number, command: number, value?: number): number;
  /** Waits until one of `events` is on `fd`: the events that are, 0 after `milliseconds` (−1: no limit). */
  poll(fd: number, events: number, milliseconds: number): number;
  /** A system call by its number, which is the machine's own. */
  syscall(number: number, a?: CWord, b?: CWord, c?: CWord, d?: CWord, e?: CWord, f?: CWord): number;
  /** Memory that a descriptor shares, for as long as the process runs. */
  map(fd: number, length: number, offset: number): ArrayBuffer;
  /** Address of a buffer's first byte; it stays there. */
  address(buffer: Uint8Array): bigint;
}

/** An argument of a system call: a number, or a buffer by its address. */
export type CWord = number | Uint8Array;

export const LOCK_EX = 2;
export const LOCK_NB = 4;
export const F_GETFL = 3;
export const F_SETFL = 4;
export const MCL_CURRENT = 1;
export const MCL_FUTURE = 2;
export const MCL_ONFAULT = 4;
/** Linux 5.14; before, EINVAL. */
export const MADV_POPULATE_READ = 22;
export const IPC_CREAT = 0o1000;
export const IPC_EXCL = 0o2000;
export const IPC_NOWAIT = 0o4000;
export const IPC_RMID = 0;
export const GETVAL = 12;
export const SETVAL = 16;
/** prctl: the process is part of the path that writes memory out, so its allocations must not start I/O (Linux 5.6). */
export const PR_SET_IO_FLUSHER = 57;
export const POLLIN = 1;

let loaded: Libc | undefined;

/** The C library of this process. Loading it takes time (6 ms under Node), so it happens at the first call. */
export function libc(): Libc {
  loaded ??= libcOf(process.versions.bun === undefined ? koffiForeign() : bunForeign());
  return loaded;
}

function libcOf(foreign: Foreign): Libc {
  const call = (name: string, ...types: CType[]): CFunction => lazily(() => foreign.bind(name, types));
  const ioctlBuffer = call('ioctl', 'int', 'ulong', 'pointer');
  const ioctlNumber = call('ioctl', 'int', 'ulong', 'ulong');
  const prctl = call('prctl', 'int', 'ulong', 'ulong', 'ulong', 'ulong');
  const mknod = call('mknod', 'string', 'uint', 'ulong');
  const semtimedop = call('semtimedop', 'int', 'pointer', 'ulong', 'pointer');
  const semctl = call('semctl', 'int', 'int', 'int', 'long');
  const poll = call('poll', 'pointer', 'ulong', 'int');
  const syscall = call('syscall', 'long', 'ulong', 'ulong', 'ulong', 'ulong', 'ulong', 'ulong');
  const word = (value: CWord): number => (typeof value === 'number' ? value : Number(foreign.address(value)));
  return {
    ioctl: (fd, request, argument) =>
      typeof argument === 'number' ? ioctlNumber(fd, request, argument) : ioctlBuffer(fd, request, argument),
    flock: call('flock', 'int', 'int'),
    fcntl: call('fcntl', 'int', 'int', 'long'),
    mlock: call('mlock', 'ulong', 'ulong'),
    munlock: call('munlock', 'ulong', 'ulong'),
    madvise: call('madvise', 'ulong', 'ulong', 'int'),
    mlockall: call('mlockall', 'int'),
    munlockall: call('munlockall'),
    prctl: (option, a = 0, b = 0, c = 0, d = 0) => prctl(option, a, b, c, d),
    mknod: (path, mode, major, minor) => mknod(path, mode, makeDev(major, minor)),
    setenv: call('setenv', 'string', 'string', 'int'),
    semget: call('semget', 'int', 'int', 'int'),
    semop: (id, operation, flags, milliseconds) =>
      semtimedop(id, packSembuf(operation, flags), 1, milliseconds === undefined ? null : packTimespec(milliseconds)),
    semctl: (id, command, value = 0) => semctl(id, 0, command, value),
    poll: (fd, events, milliseconds) => {
      const entry = packPollfd(fd, events);
      const n = poll(entry, 1, milliseconds);
      return n > 0 ? entry.readInt16LE(6) : n;
    },
    syscall: (number, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0) =>
      syscall(number, word(a), word(b), word(c), word(d), word(e), word(f)),
    map: foreign.map,
    address: foreign.address,
  };
}

/** Looking a symbol up costs some microseconds, so each waits for its first call. */
function lazily(make: () => CFunction): CFunction {
  let made: CFunction | undefined;
  return (...values) => {
    made ??= make();
    return made(...values);
  };
}

/** `major:minor` of a dev_t, as in `stat.rdev`. The kernel's own have 32 bits, and 64-bit integers are slow. */
export function devName(dev: number | bigint): string {
  if (dev < 2 ** 32) return `${(Number(dev) >>> 8) & 0xfff}:${(Number(dev) & 0xff) | ((Number(dev) >>> 12) & 0xfff00)}`;
  const n = BigInt(dev);
  const major = ((n >> 32n) & 0xfffff000n) | ((n >> 8n) & 0xfffn);
  const minor = ((n >> 12n) & 0xffffff00n) | (n & 0xffn);
  return `${major}:${minor}`;
}

let errnoNames: Map<number, string> | undefined;

/** `EBUSY` for 16 or −16; `errno 4095` for what has no name. */
export function errnoName(errno: number): string {
  const n = Math.abs(errno);
  errnoNames ??= new Map(Object.entries(errnoNumbers()).map(([name, number]) => [number, name]));
  if (n === errnoNumbers().EAGAIN) return 'EAGAIN'; // shares its number with EWOULDBLOCK
  return errnoNames.get(n) ?? `errno ${n}`;
}

/** Numbers by name. Most runs have no error, and the module takes time to load. */
export function errnoNumbers(): Readonly<Record<string, number>> {
  const { constants } = require('node:os') as typeof import('node:os');
  return { ...constants.errno, ...keyErrors };
}

/** Linux's own about keys, which the runtime does not name (asm-generic/errno.h). */
const keyErrors = { ENOKEY: 126, EKEYEXPIRED: 127, EKEYREVOKED: 128, EKEYREJECTED: 129 };
