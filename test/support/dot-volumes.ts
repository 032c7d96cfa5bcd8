import type { CommitRecord, CommitSource, Content, Range, Target } from '#dots/transfer/content.js';
import { joined } from '#dots/transfer/ranges.js';
import type { Random } from '#test/support/random.js';

const blockSize = 4096;
const zeros = Buffer.alloc(blockSize);
/** What thin_delta tells of. */
const poolBlock = 65_536;

/** A sparse volume in memory. */
export class MemoryVolume implements Content, Target {
  readonly blocks = new Map<number, Buffer>();
  readonly fs = { type: 'ext4', uuid: '1-2-3' };
  written = 0;
  flushed = 0;

  constructor(public size: number) {}

  async read(offset: number, length: number): Promise<Buffer> {
    if (offset < 0 || offset + length > this.size || length === 0)
      throw new Error(`read of ${length} at ${offset} of ${this.size}`);
    const out = Buffer.alloc(length);
    for (let at = 0; at < length; at += blockSize) this.blocks.get((offset + at) / blockSize)?.copy(out, at);
    return out;
  }

  async allocated(): Promise<Range[]> {
    return poolBlocks([...this.blocks.keys()]);
  }

  async close(): Promise<void> {}

  async write(offset: number, data: Buffer): Promise<void> {
    if (offset % blockSize || data.length % blockSize || offset + data.length > this.size) throw new Error('bad write');
    this.written += data.length;
    for (let at = 0; at < data.length; at += blockSize) this.set((offset + at) / blockSize, data.subarray(at, at + blockSize));
  }

  async zero(offset: number, length: number): Promise<void> {
    if (offset + length > this.size) throw new Error('bad zero');
    for (let at = offset; at < offset + length; at += blockSize) this.blocks.delete(at / blockSize);
  }

  async flush(): Promise<void> {
    this.flushed++;
  }

  set(block: number, data: Buffer): void {
    if (data.equals(zeros)) this.blocks.delete(block);
    else this.blocks.set(block, Buffer.from(data));
  }

  copy(): MemoryVolume {
    const copy = new MemoryVolume(this.size);
    for (const [block, data] of this.blocks) copy.blocks.set(block, data);
    return copy;
  }

  resize(size: number): void {
    this.size = size;
    for (const block of this.blocks.keys()) if ((block + 1) * blockSize > size) this.blocks.delete(block);
  }

  /** The first block at which two volumes differ. */
  differsFrom(other: MemoryVolume): number | undefined {
    const all = new Set([...this.blocks.keys(), ...other.blocks.keys()]);
    return [...all].find((b) => !(this.blocks.get(b) ?? zeros).equals(other.blocks.get(b) ?? zeros));
  }
}

function poolBlocks(blocks: readonly number[]): Range[] {
  const ranges = blocks.map((b) => ({ offset: Math.floor((b * blockSize) / poolBlock) * poolBlock, length: poolBlock }));
  return joined(ranges);
}

/** Commits that lie in memory. */
export class MemoryDot implements CommitSource {
  readonly commits: CommitRecord[] = [];
  readonly volumes = new Map<string, MemoryVolume>();
  opened = 0;

  commit(volume: MemoryVolume, parent: string | undefined = this.commits.at(-1)?.id, id = idOf(this.commits.length)): string {
    const parents = parent === undefined ? {} : { parent };
    const words = { author: 'me', message: `m ${id}`, time: String(1e15 + this.commits.length), metadata: { k: 'v' } };
    this.commits.push({ id, dot: 'd'.repeat(20), branch: 'master', ...parents, ...words });
    this.volumes.set(id, volume.copy());
    return id;
  }

  volume(id: string): MemoryVolume {
    const volume = this.volumes.get(id);
    if (!volume) throw new Error(`no commit ${id}`);
    return volume;
  }

  async open(id: string): Promise<Content> {
    const volume = this.volume(id);
    this.opened++;
    return {
      size: volume.size,
      fs: volume.fs,
      read: (offset, length) => volume.read(offset, length),
      allocated: () => volume.allocated(),
      close: async () => void this.opened--,
    };
  }

  async changed(from: string, to: string): Promise<Range[]> {
    const [a, b] = [this.volume(from).blocks, this.volume(to).blocks];
    return poolBlocks([...new Set([...a.keys(), ...b.keys()])].filter((k) => a.get(k) !== b.get(k)));
  }
}

export function idOf(n: number): string {
  return n
    .toString(26)
    .replaceAll(/./g, (c) => String.fromCharCode(97 + Number.parseInt(c, 26)))
    .padStart(20, 'a');
}

/** Writes at random places of a volume: scattered blocks, stretches, zeros. */
export function scribble(volume: MemoryVolume, random: Random, times: number): void {
  const count = volume.size / blockSize;
  for (let i = 0; i < times; i++) {
    const start = random.chance(0.5) ? random.below(200) : random.below(count);
    const stretch = random.chance(0.3) ? 1 + random.below(60) : 1;
    const kind = random.below(4);
    for (let block = start; block < Math.min(start + stretch, count); block++)
      volume.set(block, kind === 0 ? zeros : kind === 1 ? random.bytes(blockSize) : Buffer.alloc(blockSize, random.hex(8)));
  }
}
