import { errnoName, libc } from './libc.js';
import { packTimespec } from './structs.js';

/** System calls by machine; elsewhere there is no queue. */
const numbers: { readonly [arch: string]: { setup: number; getevents: number; submit: number } | undefined } = {
  x64: { setup: 206, getevents: 208, submit: 209 },
  arm64: { setup: 0, getevents: 4, submit: 2 },
};

/** <linux/aio_abi.h>: opcodes, and the sizes of struct iocb and struct io_event. */
export const PREAD = 0;
export const PWRITE = 1;
export const FDSYNC = 3;
/** <linux/fs.h>: this write is to be durable. */
export const RWF_DSYNC = 2;
const IOCB = 64;
const EVENT = 32;

/** Operations that are with the kernel at a time. */
const SLOTS = 256;
/** How long to sleep in the kernel before timers and signals have their turn. */
const NAP_MS = 20;

interface Operation {
  opcode: number;
  fd: number;
  /** Stays referenced here, because the kernel has its address. */
  buffer: Uint8Array | undefined;
  offset: number;
  flags: number;
  done(result: number): void;
}

/**
 * Linux's queue of asynchronous I/O (io_submit(2)): one call hands over all that has been asked for since the last one,
 * another brings what is finished, without a thread an operation. It is asynchronous for direct I/O only.
 */
export class KernelQueue {
  readonly #context: number;
  readonly #numbers: NonNullable<(typeof numbers)[string]>;
  readonly #iocbs = Buffer.alloc(SLOTS * IOCB);
  readonly #iocbsAt = Number(libc().address(this.#iocbs));
  readonly #pointers = Buffer.alloc(SLOTS * 8);
  readonly #events = Buffer.alloc(SLOTS * EVENT);
  readonly #nap = packTimespec(NAP_MS);
  readonly #free = Array.from({ length: SLOTS }, (_, i) => i);
  readonly #running: (Operation | undefined)[] = [];
  #asked: Operation[] = [];
  #turnIsDue = false;

  private constructor(context: number, calls: NonNullable<(typeof numbers)[string]>) {
    this.#context = context;
    this.#numbers = calls;
  }

  /** Undefined where the kernel has none for us. */
  static open(): KernelQueue | undefined {
    const calls = numbers[process.arch];
    const context = Buffer.alloc(8);
    if (!calls || libc().syscall(calls.setup, SLOTS, context) < 0) return undefined;
    return new KernelQueue(Number(context.readBigUInt64LE()), calls);
  }

  /** The operation's result, or −errno. `buffer` must be aligned as the device asks. */
  start(opcode: number, fd: number, buffer?: Uint8Array, offset = 0, flags = 0): Promise<number> {
    return new Promise((done) => {
      this.#asked.push({ opcode, fd, buffer, offset, flags, done });
      this.#callTurn();
    });
  }

  #callTurn(): void {
    if (this.#turnIsDue) return;
    this.#turnIsDue = true;
    setImmediate(() => this.#turn());
  }

  /** Hands over what has been asked for, waits until something is finished, and says so to whoever asked. */
  #turn(): void {
    this.#turnIsDue = false;
    this.#submit();
    this.#collect();
    if (this.#asked.length > 0 || this.#free.length < SLOTS) this.#callTurn();
  }

  #submit(): void {
    const count = Math.min(this.#asked.length, this.#free.length);
    if (count === 0) return;
    const slots = Array.from({ length: count }, (_, i) => this.#fill(i, this.#asked[i] as Operation));
    this.#asked.splice(0, count);
    for (let first = 0; first < count; ) {
      const taken = libc().syscall(this.#numbers.submit, this.#context, count - first, this.#pointers.subarray(first * 8));
      if (taken > 0) first += taken;
      else if (errnoName(taken) !== 'EAGAIN') this.#end(slots[first++] as number, taken);
      else first = this.#putBack(slots, first);
    }
  }

  /** The kernel has no room: what it did not take waits for the next turn. */
  #putBack(slots: readonly number[], first: number): number {
    const left = slots.slice(first);
    this.#asked.unshift(...left.map((slot) => this.#running[slot] as Operation));
    for (const slot of left) this.#release(slot);
    return slots.length;
  }

  /** Makes the operation the `index`-th to be submitted. */
  #fill(index: number, operation: Operation): number {
    const slot = this.#free.pop() as number;
    this.#running[slot] = operation;
    const { opcode, fd, buffer, offset, flags } = operation;
    const at = slot * IOCB;
    this.#iocbs.fill(0, at, at + IOCB);
    this.#iocbs.writeUInt32LE(slot, at);
    this.#iocbs.writeUInt32LE(flags, at + 12);
    this.#iocbs.writeUInt16LE(opcode, at + 16);
    this.#iocbs.writeUInt32LE(fd, at + 20);
    if (buffer) {
      writeU64(this.#iocbs, Number(libc().address(buffer)), at + 24);
      writeU64(this.#iocbs, buffer.length, at + 32);
      writeU64(this.#iocbs, offset, at + 40);
    }
    writeU64(this.#pointers, this.#iocbsAt + at, index * 8);
    return slot;
  }

  #collect(): void {
    if (this.#free.length === SLOTS) return;
    const { getevents } = this.#numbers;
    const count = libc().syscall(getevents, this.#context, 1, SLOTS, this.#events, this.#nap);
    for (let i = 0; i < count; i++) this.#end(this.#events.readUInt32LE(i * EVENT), this.#events.readInt32LE(i * EVENT + 16));
  }

  #end(slot: number, result: number): void {
    const operation = this.#running[slot];
    this.#release(slot);
    operation?.done(result);
  }

  #release(slot: number): void {
    this.#running[slot] = undefined;
    this.#free.push(slot);
  }
}

function writeU64(into: Buffer, n: number, at: number): void {
  into.writeUInt32LE(n % 2 ** 32, at);
  into.writeUInt32LE(Math.floor(n / 2 ** 32), at + 4);
}
