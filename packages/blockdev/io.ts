import { fdatasync, read, write } from 'node:fs';
import type { Bytes } from '#tool/units.js';
import { FDSYNC, KernelQueue, PREAD, PWRITE, RWF_DSYNC } from './aio.js';
import { widenThreadPool } from './threads.js';

/** Reads, writes and flushes of descriptors, many at once. Each comes to the bytes done (of a flush 0), or −errno. */
export interface Io {
  read(fd: number, into: Buffer, offset: Bytes): Promise<number>;
  /** `durable`: with what fdatasync(2) does, for these bytes alone. */
  write(fd: number, data: Uint8Array, offset: Bytes, durable: boolean): Promise<number>;
  /** fdatasync(2) */
  flush(fd: number): Promise<number>;
}

let queue: Io | undefined;
let devices = 0;

/** A process that has opened more devices than this is one that the queue pays for. */
const fewDevices = 16;

/**
 * Threads of the runtime for files, which would keep the kernel's queue waiting, for the first devices of a process, and where the
 * kernel has no queue for us; its queue for the others. The kernel takes some 40 ms to undo a queue when the process ends (it waits
 * for an RCU grace period), which is more than a verb on few devices takes in all.
 */
export function ioFor(direct: boolean): Io {
  if (!direct || ++devices <= fewDevices) return threadIo();
  queue ??= queueIo();
  return queue;
}

/** Exported for its test. */
export function queueIo(): Io {
  const kernel = KernelQueue.open();
  if (!kernel) return threadIo();
  return {
    read: (fd, into, offset) => kernel.start(PREAD, fd, into, offset),
    write: (fd, data, offset, durable) => kernel.start(PWRITE, fd, data, offset, durable ? RWF_DSYNC : 0),
    flush: (fd) => kernel.start(FDSYNC, fd),
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
  };
}

function called(call: (done: (e: NodeJS.ErrnoException | null, bytes?: number) => void) => void): Promise<number> {
  return new Promise((done) => call((e, bytes = 0) => done(e ? -Math.abs(e.errno ?? 0) : bytes)));
}
