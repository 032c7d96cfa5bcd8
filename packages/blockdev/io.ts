import { fdatasync, read, write } from 'node:fs';
import type { Bytes } from '#tool/units.js';
import { KernelQueue } from './kernel-queue.js';
import { widenThreadPool } from './threads.js';

/** Reads, writes and flushes of descriptors, many at once. Each comes to the bytes done (of a flush 0), or −errno. */
export interface Io {
  read(fd: number, into: Buffer, offset: Bytes): Promise<number>;
  /** `durable`: with what fdatasync(2) does, for these bytes alone. */
  write(fd: number, data: Uint8Array, offset: Bytes, durable: boolean): Promise<number>;
  /** fdatasync(2) */
  flush(fd: number): Promise<number>;
  /** One more descriptor is worked on, or one less. */
  opened(): void;
  closed(): void;
}

let queue: Io | undefined;

/** From so many devices on that are open at once the kernel's older queue is faster, and worth its end. */
const MANY = 256;

/**
 * The kernel's queue for what has been opened for direct I/O; threads of the runtime for files, which would keep it waiting, and where
 * the kernel has none for us.
 */
export function ioFor(direct: boolean): Io {
  const io = direct ? (queue ?? queueIo()) : threadIo();
  if (direct) queue = io;
  io.opened();
  return io;
}

/** Exported for its test. */
export function queueIo(many = MANY): Io {
  const kernel = KernelQueue.open();
  if (!kernel) return threadIo();
  let open = 0;
  let areMany = false;
  return {
    read: (fd, into, offset) => kernel.start('read', fd, into, offset),
    write: (fd, data, offset, durable) => kernel.start(durable ? 'durableWrite' : 'write', fd, data, offset),
    flush: (fd) => kernel.start('flush', fd),
    opened: () => {
      if (++open < many || areMany) return;
      areMany = true;
      kernel.preferAio();
    },
    closed: () => {
      open--;
    },
  };
}

/** Exported for its test: where there is a queue, block devices never come to it. */
export function threadIo(): Io {
  widenThreadPool();
  const flush: Io['flush'] = (fd) => called((done) => fdatasync(fd, done));
  return {
    read: (fd, into, offset) => called((done) => read(fd, into, 0, into.length, offset, done)),
    write: async (fd, data, offset, durable) => {
      const written = await called((done) => write(fd, data, 0, data.length, offset, done));
      const flushed = durable && written > 0 ? await flush(fd) : 0;
      return flushed < 0 ? flushed : written;
    },
    flush,
    opened: () => {},
    closed: () => {},
  };
}

function called(call: (done: (e: NodeJS.ErrnoException | null, bytes?: number) => void) => void): Promise<number> {
  return new Promise((done) => call((e, bytes = 0) => done(e ? -Math.abs(e.errno ?? 0) : bytes)));
}
