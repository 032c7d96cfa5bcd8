import { fail } from '#tool/errors.js';
import type { Extent, Frame } from './extents.js';
import { blockSize, frameBlocks, frameLimit, packLimit, segmentBlocks } from './limits.js';

/** Extents of one GiB of a volume as the text that is stored: docs/formats/dots.md. */
export function segmentText(extents: readonly Extent[]): string {
  const packs = [...new Set(extents.map((e) => e.frame.pack))].sort();
  const numbers = new Map(packs.map((pack, i) => [pack, i]));
  const lines = extents.map(({ block, blocks, frame, first }) => {
    const whole = `[${block},${blocks},${numbers.get(frame.pack)},${frame.offset},${frame.length},"${frame.sha256}"`;
    return first === 0 && blocks === frame.blocks ? `${whole}]\n` : `${whole},${first},${frame.blocks}]\n`;
  });
  return `${JSON.stringify({ kind: 'dot-index', packs, version: 1 })}\n${lines.join('')}`;
}

/**
 * Reads a segment that nobody vouches for.
 *
 * @param number which GiB of the volume it must be about
 * @param packs sizes by digest of the packs that the commit has
 * @param blocks of the volume
 * @throws DvmError `bad-index` (exit 65) with the line and what is wrong with it
 */
export function parseSegment(text: string, number: number, packs: ReadonlyMap<string, number>, blocks: number): Extent[] {
  const wrong = (line: number, what: string) =>
    fail('badInput', 'bad-index', `index segment ${number} is damaged: line ${line + 1}: ${what}`);
  const lines = text.split('\n');
  if (lines.pop() !== '') throw wrong(lines.length, 'no newline at its end');
  if (lines.length > segmentBlocks + 1) throw wrong(lines.length - 1, 'more extents than blocks');
  const [head = '', ...rest] = lines;
  const names = packNames(head);
  if (names === undefined) throw wrong(0, 'not the head of an index segment');
  const reader = new ExtentReader(number, names, packs, blocks);
  return rest.map((line, i) => {
    const extent = reader.next(line);
    if (typeof extent === 'string') throw wrong(i + 1, extent);
    return extent;
  });
}

/** The packs that the first line names, or undefined when it is no such line. */
function packNames(head: string): string[] | undefined {
  const value = parsed(head);
  if (typeof value !== 'object' || value === null || !('packs' in value) || !('kind' in value) || !('version' in value))
    return undefined;
  const { kind, version, packs } = value;
  if (kind !== 'dot-index' || version !== 1 || !Array.isArray(packs)) return undefined;
  return packs.every((p) => typeof p === 'string') ? packs : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads line after line and holds each against what may be there. */
class ExtentReader {
  readonly #frames = new Map<string, Frame>();
  #least: number;
  readonly #end: number;

  constructor(
    number: number,
    readonly names: readonly string[],
    readonly packs: ReadonlyMap<string, number>,
    blocks: number,
  ) {
    this.#least = number * segmentBlocks;
    this.#end = Math.min(blocks, this.#least + segmentBlocks);
  }

  /** The extent of a line, or what is wrong with it. */
  next(line: string): Extent | string {
    const value = parsed(line);
    if (!Array.isArray(value) || (value.length !== 6 && value.length !== 8)) return 'not an extent';
    const [block, count, pack, offset, length, sha256, first = 0, blocks = count] = value as unknown[];
    if (![block, count, pack, offset, length, first, blocks].every(isCount)) return 'a number that is none';
    if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return 'no digest';
    const frame = this.#frame(Number(pack), Number(offset), Number(length), sha256, Number(blocks));
    if (typeof frame === 'string') return frame;
    const extent = { block: Number(block), blocks: Number(count), frame, first: Number(first) };
    return this.#misplaced(extent) ?? extent;
  }

  /** One object a frame, however many extents lie in it. */
  #frame(pack: number, offset: number, length: number, sha256: string, blocks: number): Frame | string {
    const name = this.names[pack];
    const size = name === undefined ? undefined : this.packs.get(name);
    if (name === undefined || size === undefined) return 'a pack that the commit does not have';
    if (length < 1 || length > frameLimit || offset + length > Math.min(size, packLimit)) return 'a frame outside of its pack';
    if (blocks < 1 || blocks > frameBlocks) return `a frame of ${blocks} blocks`;
    const key = `${pack} ${offset}`;
    const known = this.#frames.get(key);
    if (known === undefined) {
      const frame = { pack: name, offset, length, sha256, blocks };
      this.#frames.set(key, frame);
      return frame;
    }
    return known.length === length && known.sha256 === sha256 && known.blocks === blocks ? known : 'two frames at one place';
  }

  #misplaced({ block, blocks, frame, first }: Extent): string | undefined {
    if (blocks < 1 || first + blocks > frame.blocks) return 'more blocks than the frame holds';
    if (block < this.#least) return 'out of order, or overlapping what came before';
    if (block + blocks > this.#end) return `beyond block ${this.#end}, where the volume or the segment ends`;
    this.#least = block + blocks;
    return undefined;
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Bytes of a volume that hold blocks of an extent. */
export function bytesOf({ block, blocks }: { block: number; blocks: number }): { offset: number; length: number } {
  return { offset: block * blockSize, length: blocks * blockSize };
}
