/** The C library's dev_t: 12 + 20 bits as the kernel has them, the rest spread as makedev(3) does. */
export function makeDev(major: number, minor: number): bigint {
  const [a, b] = [BigInt(major), BigInt(minor)];
  return ((a & 0xfffff000n) << 32n) | ((a & 0xfffn) << 8n) | ((b & 0xffffff00n) << 12n) | (b & 0xffn);
}

/** struct sembuf: semaphore number, operation, flags; 16 bits each. */
export function packSembuf(operation: number, flags: number): Buffer {
  const b = Buffer.alloc(6);
  b.writeInt16LE(operation, 2);
  b.writeInt16LE(flags, 4);
  return b;
}

export function packTimespec(milliseconds: number): Buffer {
  const b = Buffer.alloc(16);
  b.writeBigInt64LE(BigInt(Math.floor(milliseconds / 1000)), 0);
  b.writeBigInt64LE(BigInt(Math.round((milliseconds % 1000) * 1e6)), 8);
  return b;
}

/** struct pollfd: descriptor (32 bits), events wanted, events found (16 bits each). */
export function packPollfd(fd: number, events: number): Buffer {
  const b = Buffer.alloc(8);
  b.writeInt32LE(fd, 0);
  b.writeInt16LE(events, 4);
  return b;
}

// <sys/mman.h>
const PROT_READ_WRITE = 3;
const MAP_SHARED_POPULATE = 0x8001;

/** The arguments of mmap(2) for memory that a descriptor shares, read in at once. */
export function mmapArguments(fd: number, length: number, offset: number): [null, number, number, number, number, number] {
  return [null, length, PROT_READ_WRITE, MAP_SHARED_POPULATE, fd, offset];
}

/** What mmap(2) returned, if it is an address. */
export function mapped(address: number | bigint): number | bigint {
  if (BigInt(address) >= 2n ** 63n) throw new Error('mmap failed'); // MAP_FAILED is −1
  return address;
}
