/** One zstd frame of a pack, and what it holds. */
export interface Frame {
  /** Digest of the pack; empty until the pack that it is being written to is closed. */
  pack: string;
  /** Bytes of the pack. */
  offset: number;
  length: number;
  /** SHA-256 of all of its content, hexadecimal. */
  sha256: string;
  /** Blocks of its content. */
  blocks: number;
}

/** Blocks of a volume, and where their content is: in a frame from its block `first` on. */
export interface Extent {
  block: number;
  blocks: number;
  frame: Frame;
  first: number;
}

/** Blocks of a volume that hold something else now: part of a frame, or zeros. */
export interface Piece {
  block: number;
  blocks: number;
  frame?: Frame | undefined;
  first: number;
}

/** Extents with the pieces laid over them. Both ascending and each without overlaps; so is the result. */
export function overlay(extents: readonly Extent[], pieces: readonly Piece[]): Extent[] {
  const out: Extent[] = [];
  let next = 0;
  for (const extent of extents) {
    let rest: Extent | undefined = extent;
    while (rest && next < pieces.length && startOf(pieces, next) < endOf(rest)) {
      const piece = pieces[next] as Piece;
      if (piece.block > rest.block) out.push(part(rest, rest.block, piece.block));
      rest = endOf(piece) < endOf(rest) ? part(rest, Math.max(rest.block, endOf(piece)), endOf(rest)) : undefined;
      if (rest === undefined) break; // the piece may reach into the next extent too
      next++;
      keep(out, piece);
    }
    if (rest) out.push(rest);
  }
  for (; next < pieces.length; next++) keep(out, pieces[next] as Piece);
  return out.sort((a, b) => a.block - b.block);
}

function startOf(pieces: readonly Piece[], index: number): number {
  return (pieces[index] as Piece).block;
}

function keep(out: Extent[], { block, blocks, frame, first }: Piece): void {
  if (frame) out.push({ block, blocks, frame, first });
}

export function endOf({ block, blocks }: { block: number; blocks: number }): number {
  return block + blocks;
}

/** The part of an extent between two blocks of the volume. */
export function part(extent: Extent, from: number, to: number): Extent {
  return { block: from, blocks: to - from, frame: extent.frame, first: extent.first + from - extent.block };
}
