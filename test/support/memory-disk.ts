import type { OpenStorage, Storage } from '#blockdev/storage.js';
import { fail } from '#tool/errors.js';

/** What was done to a simulated disk, in order. */
export type DiskEvent = { write: number; data: Buffer } | 'flush';

/** A disk in memory that remembers writes and flushes and can be told to fail. */
export class MemoryDisk implements Storage {
  readonly content: Buffer;
  readonly events: DiskEvent[] = [];
  /** Byte ranges that cannot be read. */
  readonly bad: { start: number; length: number }[] = [];

  constructor(
    readonly path: string,
    readonly size: number,
    readonly blockSize = 512,
  ) {
    this.content = Buffer.alloc(size);
  }

  async read(offset: number, length: number): Promise<Buffer> {
    if (this.bad.some((b) => offset < b.start + b.length && offset + length > b.start))
      throw fail('io', 'io-error', `read of "${this.path}" at byte ${offset} failed: EIO`);
    return Buffer.from(this.content.subarray(offset, offset + length));
  }

  async write(offset: number, data: Uint8Array): Promise<void> {
    this.events.push({ write: offset, data: Buffer.from(data) });
    this.content.set(data, offset);
  }

  async flush(): Promise<void> {
    this.events.push('flush');
  }

  async close(): Promise<void> {}

  /** A disk with this content: what a crash left. */
  static of(path: string, content: Buffer): MemoryDisk {
    const disk = new MemoryDisk(path, content.length);
    disk.content.set(content);
    return disk;
  }
}

/** Opens disks by path; what is not among them is not there. */
export function opener(disks: Iterable<MemoryDisk>): OpenStorage {
  const byPath = new Map([...disks].map((d) => [d.path, d]));
  return async (path) => {
    const disk = byPath.get(path);
    if (!disk) throw fail('notFound', 'no-device', `device "${path}" is not there: ENOENT`);
    return disk;
  };
}

/**
 * Every content that a crash can leave behind `events`: at each of them what was flushed, and of the last write that was not,
 * it kept only a head, a tail, one sector, or lost one, or tore one; with and without the writes pending before it.
 */
export function* crashes(before: Buffer, events: readonly DiskEvent[]): Generator<Buffer> {
  let durable = Buffer.from(before);
  const cached = Buffer.from(before);
  yield durable;
  for (const e of events) {
    if (e === 'flush') {
      durable = Buffer.from(cached);
      yield durable;
      continue;
    }
    for (const base of durable.equals(cached) ? [durable] : [durable, cached]) yield* torn(base, e);
    e.data.copy(cached, e.write);
  }
}

function* torn(base: Buffer, e: { write: number; data: Buffer }): Generator<Buffer> {
  for (const kept of tears(e.data.length / 512)) yield withSectors(base, e, kept);
  for (let cut = 1; cut < 512; cut += cut < 32 ? 1 : 37)
    for (const [from, to] of [
      [0, cut],
      [cut, 512],
    ] as const) {
      const out = Buffer.from(base);
      e.data.copy(out, e.write + from, from, to);
      yield out;
    }
}

/** Which sectors of a write of `n` reach the disk. */
function* tears(n: number): Generator<(sector: number) => boolean> {
  yield () => true;
  for (let i = 0; i < n; i++) {
    yield (sector) => sector < i;
    yield (sector) => sector > i;
    yield (sector) => sector === i;
    yield (sector) => sector !== i;
  }
}

function withSectors(base: Buffer, e: { write: number; data: Buffer }, kept: (sector: number) => boolean): Buffer {
  const out = Buffer.from(base);
  for (let at = 0; at < e.data.length; at += 512) if (kept(at / 512)) e.data.copy(out, e.write + at, at, at + 512);
  return out;
}
