/** What the kernel is to do: read into a buffer, write it (durably by itself, or not), or flush all that was written to a descriptor. */
export interface Operation {
  kind: 'read' | 'write' | 'durableWrite' | 'flush';
  fd: number;
  /** Aligned as the device asks. Whoever submits it keeps it until the result is there: the kernel has its address. */
  buffer: Uint8Array | undefined;
  offset: number;
}

/** One of the kernel's ways to do many operations at once, without a thread each. */
export interface Ring {
  /** Puts an operation into a slot that has none; `enter` hands it over. */
  put(slot: number, operation: Operation): void;
  /**
   * Hands over what has been put in and waits for a result, but not for long.
   *
   * @returns −errno where the kernel took nothing and nothing came; what was put in stays there for the next time
   */
  enter(): number;
  /** Takes what has come: the slot, which is free again, and the bytes done or −errno. */
  take(done: (slot: number, result: number) => void): void;
}

/** <linux/fs.h>, flag of a write: it is to be durable. */
export const RWF_DSYNC = 2;

/** An offset or an address in two words. */
export function put64(words: Int32Array, at: number, n: number): void {
  words[at] = n % 2 ** 32;
  words[at + 1] = Math.floor(n / 2 ** 32);
}
