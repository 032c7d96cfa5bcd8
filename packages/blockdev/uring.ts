import { libc } from './libc.js';
import { type Operation, put64, type Ring, RWF_DSYNC } from './ring.js';
import { packTimespec } from './structs.js';

// The numbers of these system calls are the same on every machine.
const SETUP = 425;
const ENTER = 426;

// <linux/io_uring.h>
const FEAT_EXT_ARG = 1 << 8;
const ENTER_GETEVENTS = 1 << 0;
const ENTER_EXT_ARG = 1 << 3;
const OFF_SQ_RING = 0;
const OFF_CQ_RING = 0x8000000;
const OFF_SQES = 0x10000000;
/** Bytes of struct io_uring_params, io_uring_sqe, io_uring_cqe and io_uring_getevents_arg. */
const PARAMS = 120;
const SQE = 64;
const CQE = 16;
const GETEVENTS_ARG = 24;

const opcodes = { read: 22, write: 23, durableWrite: 23, flush: 3 };
/** Flag of a flush: as fdatasync(2). */
const FSYNC_DATASYNC = 1;
const flags = { read: 0, write: 0, durableWrite: RWF_DSYNC, flush: FSYNC_DATASYNC };

/** One of the two rings: where its fields are, in words of 32 bits that the kernel reads and writes at any time. */
interface Side {
  words: Int32Array;
  head: number;
  tail: number;
  mask: number;
  /** First of the entries. */
  entries: number;
}

/**
 * A pair of rings shared with the kernel (io_uring(7)): operations go in by one, results come out by the other, and one
 * system call does both. Little-endian, as all machines are on which the runtimes call C.
 */
export class IoUring implements Ring {
  readonly #fd: number;
  readonly #submitted: Side;
  readonly #completed: Side;
  readonly #operations: Int32Array;
  readonly #wait: Buffer;
  readonly #limit: Buffer;

  private constructor(fd: number, params: Buffer, patience: number) {
    const word = (at: number): number => params.readUInt32LE(at);
    const side = (at: number, entries: number, bytes: number, offset: number): Side => ({
      words: new Int32Array(libc().map(fd, entries + bytes, offset)),
      head: word(at) / 4,
      tail: word(at + 4) / 4,
      mask: word(at + 8) / 4,
      entries: entries / 4,
    });
    this.#fd = fd;
    this.#submitted = side(40, word(64), word(0) * 4, OFF_SQ_RING);
    this.#completed = side(80, word(100), word(4) * CQE, OFF_CQ_RING);
    this.#operations = new Int32Array(libc().map(fd, word(0) * SQE, OFF_SQES));
    this.#limit = packTimespec(patience);
    this.#wait = Buffer.alloc(GETEVENTS_ARG);
    this.#wait.writeBigUInt64LE(libc().address(this.#limit), 16);
  }

  /**
   * @param slots how many operations it has room for
   * @param patience milliseconds that `enter` waits for a result at most
   * @returns undefined where the kernel has none for us: before Linux 5.11, or forbidden (kernel.io_uring_disabled, seccomp)
   */
  static open(slots: number, patience: number): IoUring | undefined {
    const params = Buffer.alloc(PARAMS);
    const fd = libc().syscall(SETUP, slots, params);
    if (fd < 0 || (params.readUInt32LE(20) & FEAT_EXT_ARG) === 0) return undefined;
    return new IoUring(fd, params, patience);
  }

  put(slot: number, { kind, fd, buffer, offset }: Operation): void {
    const sqe = this.#operations;
    const at = (slot * SQE) / 4;
    sqe.fill(0, at, at + SQE / 4);
    sqe[at] = opcodes[kind];
    sqe[at + 1] = fd;
    put64(sqe, at + 2, offset);
    put64(sqe, at + 4, buffer ? Number(libc().address(buffer)) : 0);
    sqe[at + 6] = buffer?.length ?? 0;
    sqe[at + 7] = flags[kind];
    sqe[at + 8] = slot;
    const { words, tail, mask, entries } = this.#submitted;
    const next = words[tail] as number;
    words[entries + (next & (words[mask] as number))] = slot;
    Atomics.store(words, tail, (next + 1) | 0);
  }

  enter(): number {
    const { words, head, tail } = this.#submitted;
    const waiting = ((words[tail] as number) - Atomics.load(words, head)) | 0;
    return libc().syscall(ENTER, this.#fd, waiting, 1, ENTER_GETEVENTS | ENTER_EXT_ARG, this.#wait, GETEVENTS_ARG);
  }

  take(done: (slot: number, result: number) => void): void {
    const { words, head, tail, mask, entries } = this.#completed;
    const end = Atomics.load(words, tail);
    for (let at = words[head] as number; at !== end; at = (at + 1) | 0) {
      const entry = entries + (at & (words[mask] as number)) * (CQE / 4);
      const [slot, result] = [words[entry] as number, words[entry + 2] as number];
      Atomics.store(words, head, (at + 1) | 0);
      done(slot, result);
    }
  }
}
