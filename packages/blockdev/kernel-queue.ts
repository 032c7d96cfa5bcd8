import { AioQueue } from './aio.js';
import { errnoName } from './libc.js';
import type { Operation, Ring } from './ring.js';
import { IoUring } from './uring.js';

/** Operations that are with the kernel at a time. */
const SLOTS = 256;
/** How long to sleep in the kernel before timers and signals have their turn. */
const NAP_MS = 20;

type Asked = Operation & { done(result: number): void };

/**
 * Reads, writes and flushes without a thread an operation: one system call hands over all that has been asked for since the
 * last one and brings what is finished.
 */
export class KernelQueue {
  #ring: Ring;
  /** What to go on with once nothing is under way. */
  #next: Ring | undefined;
  readonly #free = Array.from({ length: SLOTS }, (_, i) => i);
  /** By slot. Buffers stay referenced here. */
  readonly #running: (Asked | undefined)[] = [];
  #asked: Asked[] = [];
  #turnIsDue = false;
  /** −errno once the ring itself has failed. */
  #broken = 0;

  private constructor(ring: Ring) {
    this.#ring = ring;
  }

  /** Undefined where the kernel has none for us. */
  static open(): KernelQueue | undefined {
    const ring = IoUring.open(SLOTS, NAP_MS);
    return ring && new KernelQueue(ring);
  }

  /** Goes on with the kernel's older queue, where there is one. */
  preferAio(): void {
    this.#next = AioQueue.open(SLOTS, NAP_MS);
  }

  /** The operation's result, or −errno. */
  start(kind: Operation['kind'], fd: number, buffer?: Uint8Array, offset = 0): Promise<number> {
    return new Promise((done) => {
      this.#asked.push({ kind, fd, buffer, offset, done });
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
    this.#change();
    if (!this.#next) for (const operation of this.#asked.splice(0, this.#free.length)) this.#put(operation);
    const result = this.#broken || this.#ring.enter();
    if (result < 0 && !isPassing(result)) this.#break(result);
    else this.#ring.take((slot, done) => this.#end(slot, done));
    if (this.#broken === 0 && (this.#asked.length > 0 || this.#free.length < SLOTS)) this.#callTurn();
  }

  #change(): void {
    if (!this.#next || this.#free.length < SLOTS) return;
    this.#ring = this.#next;
    this.#next = undefined;
  }

  #put(operation: Asked): void {
    const slot = this.#free.pop() as number;
    this.#running[slot] = operation;
    this.#ring.put(slot, operation);
  }

  #end(slot: number, result: number): void {
    const operation = this.#running[slot];
    this.#running[slot] = undefined;
    this.#free.push(slot);
    operation?.done(result);
  }

  /** Nobody knows what the kernel has done: all fail. Slots are not given back, since it may still use their buffers. */
  #break(errno: number): void {
    this.#broken = errno;
    for (const operation of [...this.#running, ...this.#asked.splice(0)]) operation?.done(errno);
  }
}

/** Interrupted, out of time, out of memory for now. */
function isPassing(errno: number): boolean {
  return ['EINTR', 'ETIME', 'EAGAIN', 'EBUSY'].includes(errnoName(errno));
}
