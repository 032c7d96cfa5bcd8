const never = new Int32Array(new SharedArrayBuffer(4));

/** Waits without the event loop. */
export function pause(milliseconds: number): void {
  Atomics.wait(never, 0, 0, milliseconds);
}
