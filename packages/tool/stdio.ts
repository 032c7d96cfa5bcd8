import { closeSync, fstatSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { DvmError, fail } from './errors.js';
import { pause } from './pause.js';

/** No input is read past this many bytes: an endless one must not fill the memory. */
const longest = 1 << 30;

/** A file's bytes, or the `no-input` error (exit 66). `/dev/fd/N` also works where descriptor N is a socket. */
export function readFileOrFail(path: string): Buffer {
  const given = /^\/dev\/fd\/(\d{1,4})$/.exec(path)?.[1];
  if (given !== undefined) return readDescriptor(Number(given), path);
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    const st = fstatSync(fd);
    return st.isFile() && st.size <= longest ? readFileSync(fd) : readDescriptor(fd, `file "${path}"`);
  } catch (e) {
    throw e instanceof DvmError ? e : unreadable(`file "${path}"`, e);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Asks node:tty only about character devices: it brings sockets and streams, some 4 ms, that a tool in a pipe never needs. */
export function isTerminal(fd: number): boolean {
  try {
    if (!fstatSync(fd).isCharacterDevice()) return false;
  } catch {
    return false; // closed
  }
  return (require('node:tty') as typeof import('node:tty')).isatty(fd);
}

/** All of standard input. A terminal is refused: nobody means to type a document. */
export function readStdin(): Buffer {
  if (isTerminal(0))
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
  let length = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(1 << 16);
    const n = readChunk(fd, what, chunk);
    if (n === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, n));
    length += n;
    if (length > longest) throw fail('badInput', 'too-long', `${what} is longer than ${longest} bytes`);
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
      pause(2);
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
      pause(2);
    }
  }
  return true;
}
