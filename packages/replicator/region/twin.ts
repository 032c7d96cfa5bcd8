import { mapParallel } from '#blockdev/parallel.js';
import { BLOCK } from '../format/block.js';
import { type HistoryRef, type Superblock, validSuperblocks } from '../format/superblock.js';
import { AT_ONCE, type OpenRegion } from './open-region.js';
import { type Span, spansOf } from './runs.js';

/*
 * Regions of a group are written alike from their first version on, so most hold the same blocks in the same places.
 * One whose superblocks and metadata blocks are byte by byte those of another is planned like it, without being parsed.
 */

/** True when the superblocks of two regions say the same of where things lie. */
export function sameLayout(a: OpenRegion, b: OpenRegion): boolean {
  const [ofA, ofB] = [validSuperblocks(a.slots), validSuperblocks(b.slots)];
  return ofA.length === ofB.length && ofA.every((s, i) => samePlaces(s, ofB[i] as Superblock));
}

function samePlaces(a: Superblock, b: Superblock): boolean {
  return a === b || placesIn(a) === placesIn(b);
}

function placesIn({ blocks, active, history, shadow }: Superblock): string {
  const ref = ({ block, count }: HistoryRef): string => `${block}+${count}`;
  const prepared = shadow ? [shadow.root.txn, shadow.root.block, ref(shadow.history)] : [];
  return [blocks, active.txn, active.hash, active.block, active.height, ref(history), ...prepared].join();
}

/** The metadata blocks that are known of a region, ready to be compared with another one's. */
export class Likeness {
  readonly #blocks: ReadonlyMap<number, Buffer>;
  readonly #numbers: Uint32Array;
  readonly #spans: readonly Span[];

  constructor(model: OpenRegion) {
    this.#blocks = model.memory.blocks;
    this.#numbers = Uint32Array.from(this.#blocks.keys()).sort();
    this.#spans = spansOf(this.#numbers);
  }

  /**
   * True when a region has these blocks too, each in its place. They are all that a plan depends on beside superblocks.
   *
   * @throws DvmError `io-error` (exit 74)
   */
  async isIn(of: OpenRegion): Promise<boolean> {
    const found = await mapParallel(this.#spans, AT_ONCE, (span) => this.#spanIsIn(of, span));
    return found.every(Boolean);
  }

  async #spanIsIn(of: OpenRegion, { first, last, from, to }: Span): Promise<boolean> {
    const data = await of.readSpan(first, last - first + 1);
    return this.#numbers.subarray(from, to).every((number) => {
      const at = (number - first) * BLOCK;
      return this.#blocks.get(number)?.equals(data.subarray(at, at + BLOCK));
    });
  }
}
