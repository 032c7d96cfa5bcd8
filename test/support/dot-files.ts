import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { CommitRecord, CommitSource, Content, Range, Target } from '#dots/transfer/content.js';
import { Random } from '#test/support/random.js';

/** A volume that is a file. */
export class FileVolume implements Content, Target {
  private constructor(
    readonly size: number,
    readonly file: FileHandle,
  ) {}

  static async open(path: string, size: number): Promise<FileVolume> {
    const file = await open(path, 'a+').then(async (made) => {
      await made.truncate(size);
      await made.close();
      return open(path, 'r+');
    });
    return new FileVolume(size, file);
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const { buffer } = await this.file.read(Buffer.allocUnsafe(length), 0, length, offset);
    return buffer;
  }

  async allocated(): Promise<Range[]> {
    return [{ offset: 0, length: this.size }];
  }

  async write(offset: number, data: Buffer): Promise<void> {
    await this.file.write(data, 0, data.length, offset);
  }

  async zero(offset: number, length: number): Promise<void> {
    await this.write(offset, Buffer.alloc(length));
  }

  async flush(): Promise<void> {
    await this.file.datasync();
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

/** Commits that are files, one after another; what changed is told by who made them. */
export class FileDot implements CommitSource {
  readonly commits: CommitRecord[] = [];
  readonly #paths = new Map<string, { path: string; size: number; changed: readonly Range[] }>();

  add(id: string, path: string, size: number, changed: readonly Range[] = []): void {
    const parent = this.commits.at(-1)?.id;
    const words = { author: 'bench', message: '', time: '1', metadata: {} };
    this.commits.push({ id, dot: 'd'.repeat(20), branch: 'master', ...(parent !== undefined && { parent }), ...words });
    this.#paths.set(id, { path, size, changed });
  }

  async open(id: string): Promise<Content> {
    const { path, size } = this.#at(id);
    return FileVolume.open(path, size);
  }

  async changed(_: string, to: string): Promise<Range[]> {
    return [...this.#at(to).changed];
  }

  #at(id: string) {
    const found = this.#paths.get(id);
    if (!found) throw new Error(`no commit ${id}`);
    return found;
  }
}

/** Units of 64 KiB: one in four is noise, the others are pieces of a program, which compress to less than half. */
export async function writeMixed(path: string, size: number): Promise<void> {
  const unit = 65_536;
  const program: Buffer[] = [];
  for await (const chunk of createReadStream(process.execPath, { end: (32 << 20) - 1, highWaterMark: unit })) program.push(chunk);
  const file = await open(path, 'w');
  for (let i = 0; i * unit < size; i++) {
    const piece = i % 4 === 0 ? new Random(i).bytes(unit) : (program[(i * 7) % program.length] as Buffer);
    await file.write(piece, 0, unit, i * unit);
  }
  await file.close();
}
