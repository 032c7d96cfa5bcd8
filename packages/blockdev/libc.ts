import { constants } from 'node:os';

/**
 * The few C library calls that Node lacks. Every call returns its result (≥ 0), or −errno; none throws.
 * Buffers are passed by address: what the kernel writes into them is there on return.
 *
 * This is the only place that knows of a foreign function interface; another runtime's goes behind the same interface.
 */
export interface Libc {
  /** `argument` is a buffer that the kernel reads and writes in place, or a number. */
  ioctl(fd: number, request: number, argument: Uint8Array | number): number;
  flock(fd: number, operation: number): number;
  mlockall(flags: number): number;
  munlockall(): number;
  prctl(option: number, a?: number, b?: number, c?: number, d?: number): number;
  /** Makes a device node; `mode` holds S_IFBLK or S_IFCHR. The umask applies. */
  mknod(path: string, mode: number, major: number, minor: number): number;
  semget(key: number, count: number, flags: number): number;
  /** One operation on semaphore 0, waiting at most `milliseconds` (then −EAGAIN); without it as long as it takes. */
  semop(id: number, operation: number, flags: number, milliseconds?: number): number;
  semctl(id: number, command: number, value?: number): number;
  /** Waits until one of `events` is on `fd`: the events that are, 0 after `milliseconds` (−1: no limit). */
  poll(fd: number, events: number, milliseconds: number): number;
  /** Address of a buffer's first byte; backing stores never move. */
  address(buffer: Uint8Array): bigint;
}

export const LOCK_SH = 1;
export const LOCK_EX = 2;
export const LOCK_NB = 4;
export const LOCK_UN = 8;
export const MCL_CURRENT = 1;
export const MCL_FUTURE = 2;
export const MCL_ONFAULT = 4;
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

/** The C library of this process. Loading it takes some 6 ms, so it happens at the first call. */
export function libc(): Libc {
  loaded ??= loadWithKoffi();
  return loaded;
}

const errnoNames = new Map(Object.entries(constants.errno).map(([name, n]) => [n, name]));

/** `EBUSY` for 16 or −16; `errno 4095` for what has no name. */
export function errnoName(errno: number): string {
  const n = Math.abs(errno);
  if (n === constants.errno.EAGAIN) return 'EAGAIN'; // shares its number with EWOULDBLOCK
  return errnoNames.get(n) ?? `errno ${n}`;
}

/** A zeroed buffer whose address is a multiple of `alignment` (a power of two), as O_DIRECT asks. */
export function alignedBuffer(length: number, alignment = 4096): Buffer {
  const whole = Buffer.alloc(length + alignment);
  const past = Number(libc().address(whole) % BigInt(alignment));
  const start = past === 0 ? 0 : alignment - past;
  return whole.subarray(start, start + length);
}

function loadWithKoffi(): Libc {
  const koffi = require('koffi') as typeof import('koffi');
  const self = koffi.load(null);
  const checked = (result: number): number => (result === -1 ? -koffi.errno() : result);
  const ioctlBuffer = self.func('ioctl', 'int', ['int', 'ulong', 'void *']);
  const ioctlNumber = self.func('ioctl', 'int', ['int', 'ulong', 'ulong']);
  const call = (name: string, ...types: string[]): ((...values: unknown[]) => number) => {
    const f = lazily(() => self.func(name, 'int', types));
    return (...values) => checked(f()(...values) as number);
  };
  const flock = call('flock', 'int', 'int');
  const mlockall = call('mlockall', 'int');
  const munlockall = call('munlockall');
  const prctl = call('prctl', 'int', 'ulong', 'ulong', 'ulong', 'ulong');
  const mknod = call('mknod', 'str', 'uint', 'uint64');
  const semget = call('semget', 'int', 'int', 'int');
  const semtimedop = call('semtimedop', 'int', 'void *', 'size_t', 'void *');
  const semctl = call('semctl', 'int', 'int', 'int', 'long');
  const poll = call('poll', 'void *', 'ulong', 'int');
  return {
    ioctl: (fd, request, argument) =>
      checked(typeof argument === 'number' ? ioctlNumber(fd, request, argument) : ioctlBuffer(fd, request, argument)),
    flock,
    mlockall,
    munlockall,
    prctl: (option, a = 0, b = 0, c = 0, d = 0) => prctl(option, a, b, c, d),
    mknod: (path, mode, major, minor) => mknod(path, mode, makeDev(major, minor)),
    semget,
    semop: (id, operation, flags, milliseconds) =>
      semtimedop(id, packSembuf(operation, flags), 1, milliseconds === undefined ? null : packTimespec(milliseconds)),
    semctl: (id, command, value = 0) => semctl(id, 0, command, value),
    poll: (fd, events, milliseconds) => {
      const entry = packPollfd(fd, events);
      const n = poll(entry, 1, milliseconds);
      return n > 0 ? entry.readInt16LE(6) : n;
    },
    address: (buffer) => koffi.address(buffer),
  };
}

/** Looking a symbol up costs some microseconds, so each waits for its first call. */
function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The C library's dev_t: 12 + 20 bits as the kernel has them, the rest spread as makedev(3) does. */
export function makeDev(major: number, minor: number): bigint {
  const [a, b] = [BigInt(major), BigInt(minor)];
  return ((a & 0xfffff000n) << 32n) | ((a & 0xfffn) << 8n) | ((b & 0xffffff00n) << 12n) | (b & 0xffn);
}

/** `major:minor` of a dev_t, as in `stat.rdev`. */
export function devName(dev: number | bigint): string {
  const n = BigInt(dev);
  const major = ((n >> 32n) & 0xfffff000n) | ((n >> 8n) & 0xfffn);
  const minor = ((n >> 12n) & 0xffffff00n) | (n & 0xffn);
  return `${major}:${minor}`;
}

/** struct sembuf: semaphore number, operation, flags; 16 bits each. */
function packSembuf(operation: number, flags: number): Buffer {
  const b = Buffer.alloc(6);
  b.writeInt16LE(operation, 2);
  b.writeInt16LE(flags, 4);
  return b;
}

function packTimespec(milliseconds: number): Buffer {
  const b = Buffer.alloc(16);
  b.writeBigInt64LE(BigInt(Math.floor(milliseconds / 1000)), 0);
  b.writeBigInt64LE(BigInt(Math.round((milliseconds % 1000) * 1e6)), 8);
  return b;
}

/** struct pollfd: descriptor (32 bits), events wanted, events found (16 bits each). */
function packPollfd(fd: number, events: number): Buffer {
  const b = Buffer.alloc(8);
  b.writeInt32LE(fd, 0);
  b.writeInt16LE(events, 4);
  return b;
}
