import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';

const POLL_MS = 20;
const CHUNK = 1 << 16;

type Listener = (stream: 'stdout' | 'stderr', chunk: Buffer) => void;

/** Follows the two files a guest writes; returns a function that delivers the rest and stops. */
export function followOutput(work: string, listener: Listener): () => void {
  const files = [
    { stream: 'stdout' as const, fd: openSync(join(work, 'out'), 'r') },
    { stream: 'stderr' as const, fd: openSync(join(work, 'err'), 'r') },
  ];
  const deliver = () => {
    for (const { stream, fd } of files) for (const chunk of unread(fd)) listener(stream, chunk);
  };
  const timer = setInterval(deliver, POLL_MS);
  return () => {
    clearInterval(timer);
    deliver();
    for (const { fd } of files) closeSync(fd);
  };
}

function* unread(fd: number): Generator<Buffer> {
  for (;;) {
    const buffer = Buffer.allocUnsafe(CHUNK);
    const n = readSync(fd, buffer);
    if (n === 0) return;
    yield buffer.subarray(0, n);
  }
}

/** A file of the work directory as text, or undefined when the guest never wrote it. */
export function readText(work: string, name: string): string | undefined {
  try {
    return readFileSync(join(work, name), 'utf8');
  } catch {
    return undefined;
  }
}
