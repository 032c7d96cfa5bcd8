import { IPC_CREAT, IPC_EXCL, IPC_NOWAIT, IPC_RMID, type Libc, SETVAL } from '#blockdev/libc.js';

/** Flags that udev's rules read in the upper half of the cookie (libdevmapper.h). */
export const udevFlags = { noSubsystem: 2, noDisk: 4, noOther: 8, primarySource: 0x40 } as const;

const magic = 0x0d4d << 16;

/**
 * A semaphore that counts the events udev has still to work off: 1 when made, 1 more for each event announced, 1
 * less when the rules call `dmsetup udevcomplete`. Who waits takes the first one off and waits for 0. The kernel
 * passes the cookie on with the event; its upper half then holds flags instead of the magic number.
 */
export class Cookie {
  readonly #libc: Libc;
  readonly #id: number;
  readonly #base: number;
  #announced = 0;

  /** Undefined where semaphores are refused: then there is nothing to wait with. */
  static make(calls: Libc): Cookie | undefined {
    for (let tries = 0; tries < 100; tries++) {
      const base = 1 + Math.floor(Math.random() * 0xffff); // not a secret; one that is taken is refused
      const id = calls.semget(magic | base, 1, IPC_CREAT | IPC_EXCL | 0o600);
      if (id >= 0 && calls.semctl(id, SETVAL, 1) >= 0) return new Cookie(calls, id, base);
    }
    return undefined;
  }

  constructor(calls: Libc, id: number, base: number) {
    this.#libc = calls;
    this.#id = id;
    this.#base = base;
  }

  get pending(): boolean {
    return this.#announced > 0;
  }

  /** Announces an event; the number to give to the ioctl. */
  announce(flags: number): number {
    this.#announced++;
    this.#libc.semop(this.#id, 1, 0);
    return ((flags << 16) | this.#base) >>> 0;
  }

  /** The announced event does not come. */
  withdraw(): void {
    this.#announced--;
    this.#libc.semop(this.#id, -1, IPC_NOWAIT);
  }

  /** Waits for all events, then deletes the semaphore. False when they did not come in time. */
  wait(milliseconds: number): boolean {
    this.#libc.semop(this.#id, -1, IPC_NOWAIT);
    const done = this.#libc.semop(this.#id, 0, 0, milliseconds) >= 0;
    this.#libc.semctl(this.#id, IPC_RMID);
    return done;
  }
}
