import { readFileSync, readSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { fail } from './errors.js';

/** A file's bytes, or the `no-input` error (exit 66). `/dev/fd/N` also works where descriptor N is a socket. */
export function readFileOrFail(path: string): Buffer {
  const fd = /^\/dev\/fd\/(\d{1,4})$/.exec(path)?.[1];
  if (fd !== undefined) return readDescriptor(Number(fd), path);
  try {
    return readFileSync(path);
  } catch (e) {
    throw unreadable(`file "${path}"`, e);
  }
}

/** All of standard input. A terminal is refused: nobody means to type a document. */
export function readStdin(): Buffer {
  if (isatty(0))
    throw fail('noInput', 'no-input', 'standard input is a terminal: a document is expected there', {
      hint: 'pipe one in, or see --help',
    });
  return readDescriptor(0, 'standard input');
}

function unreadable(what: string, e: unknown) {
  return fail('noInput', 'no-input', `${what} cannot be read: ${(e as Error).message}`, { cause: e });
}

function readDescriptor(fd: number, what: string): Buffer {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.allocUnsafe(1 << 16);
    const n = readChunk(fd, what, chunk);
    if (n === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, n));
  }
}

function readChunk(fd: number, what: string, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(fd, chunk);
    } catch (e) {
      const code = (e as NodeJS.ErrnoException).code;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw unreadable(what, e);
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
