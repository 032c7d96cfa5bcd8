import { readFileSync, readSync, writeSync } from 'node:fs';
import { fail } from './errors.js';

/** A file's bytes, or the `no-input` error (exit 66). */
export function readFileOrFail(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (e) {
    throw fail('noInput', 'no-input', `file "${path}" cannot be read: ${(e as Error).message}`, { cause: e });
  }
}

/** All of standard input. A terminal is refused: nobody means to type a document. */
export function readStdin(): Buffer {
  if (process.stdin.isTTY)
    throw fail('noInput', 'no-input', 'standard input is a terminal: a document is expected there', {
      hint: 'pipe one in, or see --help',
    });
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.allocUnsafe(1 << 16);
    const n = readChunk(chunk);
    if (n === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, n));
  }
}

function readChunk(chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(0, chunk);
    } catch (e) {
      const code = (e as NodeJS.ErrnoException).code;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN')
        throw fail('noInput', 'no-input', `standard input cannot be read: ${(e as Error).message}`, { cause: e });
      sleepBriefly();
    }
  }
}

/** Writes everything, also to a full non-blocking pipe. False when the reader has gone (EPIPE). */
export function writeAll(fd: number, data: Uint8Array): boolean {
  for (let at = 0; at < data.length; ) {
    try {
      at += writeSync(fd, data, at);
    } catch (e) {
      const code = (e as NodeJS.ErrnoException).code;
      if (code === 'EPIPE') return false;
      if (code !== 'EAGAIN')
        throw fail('cannotCreate', 'no-output', `output cannot be written: ${(e as Error).message}`, { cause: e });
      sleepBriefly();
    }
  }
  return true;
}

const never = new Int32Array(new SharedArrayBuffer(4));
function sleepBriefly(): void {
  Atomics.wait(never, 0, 0, 2);
}
