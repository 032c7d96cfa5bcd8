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
