import { createHash } from 'node:crypto';
import type { Frame } from './extents.js';
import { packFrames, packTarget } from './limits.js';

export interface Pack {
  digest: string;
  bytes: Buffer;
}

/** Lays frames one behind the other. */
export class PackBuilder {
  #parts: Buffer[] = [];
  #frames: Frame[] = [];
  #size = 0;

  constructor(readonly target = packTarget) {}

  get full(): boolean {
    return this.#size >= this.target || this.#frames.length >= packFrames;
  }

  /** Where the frame came to lie; its pack is named once that is closed. */
  add(bytes: Buffer, sha256: string, blocks: number): Frame {
    const frame: Frame = { pack: '', offset: this.#size, length: bytes.length, sha256, blocks };
    this.#parts.push(bytes);
    this.#frames.push(frame);
    this.#size += bytes.length;
    return frame;
  }

  /** Names the pack in all of its frames, and begins another; undefined when nothing was added. */
  close(): Pack | undefined {
    if (this.#frames.length === 0) return undefined;
    const bytes = Buffer.concat(this.#parts, this.#size);
    const pack = { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, bytes };
    for (const frame of this.#frames) frame.pack = pack.digest;
    [this.#parts, this.#frames, this.#size] = [[], [], 0];
    return pack;
  }
}
