import { closeSync, openSync, readSync } from 'node:fs';

/**
 * Reader of a dm-log-writes log and maker of the crash states it implies. Format: Linux drivers/md/dm-log-writes.c,
 * little endian. Block 0: u64 magic, u64 version, u64 entries, u32 sector size. Then for each entry one block
 * {u64 sector, u64 sectors, u64 flags, u64 data length} and, unless it is a discard, the data. Sectors are of 512 bytes.
 */
export interface LoggedWrite {
  sector: number;
  data: Buffer;
  flush: boolean;
  fua: boolean;
  discard: boolean;
}

const MAGIC = 0x6a736677736872n;
const [FLUSH, FUA, DISCARD, MARK] = [1, 2, 4, 8];
const SECTOR = 512;

export function readLog(path: string): LoggedWrite[] {
  const fd = openSync(path, 'r');
  try {
    const at = (offset: number, length: number): Buffer => {
      const b = Buffer.alloc(length);
      readSync(fd, b, 0, length, offset);
      return b;
    };
    const head = at(0, SECTOR);
    if (head.readBigUInt64LE(0) !== MAGIC) throw new Error(`${path} is not a dm-log-writes log`);
    const block = head.readUInt32LE(24);
    const writes: LoggedWrite[] = [];
    for (let left = Number(head.readBigUInt64LE(16)), offset = block; left > 0; left--) {
      const entry = at(offset, SECTOR);
      offset += block;
      const [sector = 0, sectors = 0, flags = 0] = [0, 8, 16].map((o) => Number(entry.readBigUInt64LE(o)));
      const discard = (flags & DISCARD) !== 0;
      if ((flags & MARK) !== 0) continue;
      const length = discard ? 0 : sectors * SECTOR;
      writes.push({ sector, data: at(offset, length), flush: (flags & FLUSH) !== 0, fua: (flags & FUA) !== 0, discard });
      offset += length;
    }
    return writes;
  } finally {
    closeSync(fd);
  }
}

/** One image that a power cut could leave: writes in the order in which they count. */
export interface CrashState {
  name: string;
  writes: LoggedWrite[];
}

/**
 * For every write: everything so far; only what was flushed; each unflushed write dropped, or the only one that arrived;
 * the last one torn. The logged device is cut into disks of `slice` sectors, and a flush hardens its own disk only.
 */
export function* crashStates(log: readonly LoggedWrite[], slice: number): Generator<CrashState> {
  const disk = (w: LoggedWrite): number => Math.floor(w.sector / slice);
  const durable: LoggedWrite[] = [];
  let pending: LoggedWrite[] = [];
  yield { name: 'nothing', writes: [] };
  for (const [i, w] of log.entries()) {
    if (w.flush) {
      durable.push(...pending.filter((p) => disk(p) === disk(w)));
      pending = pending.filter((p) => disk(p) !== disk(w));
    }
    if (w.data.length === 0) continue;
    if (w.fua) durable.push(w);
    else pending.push(w);
    yield { name: `${i}: all`, writes: [...durable, ...pending] };
    yield { name: `${i}: flushed only`, writes: [...durable] };
    for (const p of pending.length > 1 ? pending : []) {
      yield { name: `${i}: without ${log.indexOf(p)}`, writes: [...durable, ...pending.filter((x) => x !== p)] };
      yield { name: `${i}: only ${log.indexOf(p)}`, writes: [...durable, p] };
    }
    if (w.data.length > SECTOR)
      for (const torn of tornHalves(w))
        yield { name: `${i}: torn`, writes: [...durable, ...pending.filter((x) => x !== w), torn] };
  }
}

function tornHalves(w: LoggedWrite): LoggedWrite[] {
  const half = Math.floor(w.data.length / SECTOR / 2) * SECTOR;
  return [
    { ...w, data: w.data.subarray(0, half) },
    { ...w, sector: w.sector + half / SECTOR, data: w.data.subarray(half) },
  ];
}

/** The image as the state leaves it. */
export function applyState(base: Buffer, state: CrashState): Buffer {
  const image = Buffer.from(base);
  for (const w of state.writes) w.data.copy(image, w.sector * SECTOR);
  return image;
}
