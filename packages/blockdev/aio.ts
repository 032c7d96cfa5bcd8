import { errnoName, libc } from './libc.js';
import { type Operation, put64, type Ring, RWF_DSYNC } from './ring.js';
import { packTimespec } from './structs.js';

/** System calls by machine; elsewhere there is no queue. */
const numbers: { readonly [arch: string]: { setup: number; getevents: number; submit: number } | undefined } = {
  x64: { setup: 206, getevents: 208, submit: 209 },
  arm64: { setup: 0, getevents: 4, submit: 2 },
};

/** <linux/aio_abi.h>: opcodes, and the sizes of struct iocb and struct io_event. */
const opcodes = { read: 0, write: 1, durableWrite: 1, flush: 3 };
const IOCB = 64;
const EVENT = 32;

/**
 * Linux's older queue (io_submit(2)). The kernel takes some 40 ms to undo it when the process ends (it waits for an RCU grace period);
 * it pays where flushes are many, for which io_uring has a few threads only, and this queue none of its own.
 */
export class AioQueue implements Ring {
  readonly #context: number;
  readonly #numbers: NonNullable<(typeof numbers)[string]>;
  readonly #slots: number;
  readonly #iocbs: Int32Array;
  readonly #iocbsAt: number;
  readonly #pointers: Int32Array;
  readonly #events: Int32Array;
  readonly #patience: Buffer;
  /** Slots to be submitted. */
  #waiting: number[] = [];
  /** Results of those that were not taken. */
  #refused: [slot: number, errno: number][] = [];
  #came = 0;

  private constructor(context: number, calls: NonNullable<(typeof numbers)[string]>, slots: number, patience: number) {
    this.#context = context;
    this.#numbers = calls;
    this.#slots = slots;
    this.#iocbs = new Int32Array((slots * IOCB) / 4);
    this.#iocbsAt = Number(libc().address(bytesOf(this.#iocbs)));
    this.#pointers = new Int32Array(slots * 2);
    this.#events = new Int32Array((slots * EVENT) / 4);
    this.#patience = packTimespec(patience);
  }

  /** As `IoUring.open`. */
  static open(slots: number, patience: number): AioQueue | undefined {
    const calls = numbers[process.arch];
    const context = Buffer.alloc(8);
    if (!calls || libc().syscall(calls.setup, slots, context) < 0) return undefined;
    return new AioQueue(Number(context.readBigUInt64LE()), calls, slots, patience);
  }

  put(slot: number, { kind, fd, buffer, offset }: Operation): void {
    const iocb = this.#iocbs;
    const at = (slot * IOCB) / 4;
    iocb.fill(0, at, at + IOCB / 4);
    iocb[at] = slot;
    iocb[at + 3] = kind === 'durableWrite' ? RWF_DSYNC : 0;
    iocb[at + 4] = opcodes[kind];
    iocb[at + 5] = fd;
    put64(iocb, at + 6, buffer ? Number(libc().address(buffer)) : 0);
    put64(iocb, at + 8, buffer?.length ?? 0);
    put64(iocb, at + 10, offset);
    this.#waiting.push(slot);
  }

  enter(): number {
    this.#submit();
    const least = this.#refused.length > 0 ? 0 : 1;
    const { getevents } = this.#numbers;
    const came = libc().syscall(getevents, this.#context, least, this.#slots, bytesOf(this.#events), this.#patience);
    this.#came = Math.max(0, came);
    return came;
  }

  /** What the kernel has no room for waits for the next time; what it refuses fails by itself. */
  #submit(): void {
    for (const [i, slot] of this.#waiting.entries()) put64(this.#pointers, i * 2, this.#iocbsAt + slot * IOCB);
    let first = 0;
    while (first < this.#waiting.length) {
      const pointers = bytesOf(this.#pointers.subarray(first * 2));
      const taken = libc().syscall(this.#numbers.submit, this.#context, this.#waiting.length - first, pointers);
      if (taken > 0) first += taken;
      else if (errnoName(taken) === 'EAGAIN') break;
      else this.#refused.push([this.#waiting[first++] as number, taken]);
    }
    this.#waiting.splice(0, first);
  }

  take(done: (slot: number, result: number) => void): void {
    const events = this.#events;
    for (let i = 0; i < this.#came; i++) done(events[(i * EVENT) / 4] as number, events[(i * EVENT + 16) / 4] as number);
    this.#came = 0;
    for (const [slot, errno] of this.#refused.splice(0)) done(slot, errno);
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
