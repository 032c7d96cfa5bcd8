const never = new Int32Array(new SharedArrayBuffer(4));

/** Waits without the event loop. */
export function pause(milliseconds: number): void {
  Atomics.wait(never, 0, 0, milliseconds);
}

/** Waits while the event loop goes on. By itself, since node:timers/promises takes time to load. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
