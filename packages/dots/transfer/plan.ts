import { type Extent, endOf, type Frame, overlay, type Piece } from '../format/extents.js';
import { bytesOf } from '../format/segment.js';
import type { Range } from './content.js';
import { joined, without } from './ranges.js';

/** What becomes of a volume that holds one commit so that it holds another. */
export interface Changes {
  /** Extents whose content is not there yet. */
  write: Extent[];
  zero: Range[];
}

/** How extents differ from others. The same part of frames with the same digest at the same place is the same. */
export function changesBetween(from: readonly Extent[], to: readonly Extent[]): Changes {
  return {
    write: overlay(to, [...sameIn(from, to)]),
    zero: without(joined(from.map(bytesOf)), joined(to.map(bytesOf))),
  };
}

function* sameIn(from: readonly Extent[], to: readonly Extent[]): Generator<Piece> {
  let next = 0;
  for (const extent of to) {
    while (next < from.length && endOf(from[next] as Extent) <= extent.block) next++;
    for (let i = next; i < from.length && (from[i] as Extent).block < endOf(extent); i++) {
      const old = from[i] as Extent;
      const start = Math.max(old.block, extent.block);
      if (isSame(old, extent)) yield { block: start, blocks: Math.min(endOf(old), endOf(extent)) - start, first: 0 };
    }
  }
}

function isSame(a: Extent, b: Extent): boolean {
  return a.frame.sha256 === b.frame.sha256 && a.block - a.first === b.block - b.first;
}

/** A frame that is needed, and for which extents. */
export interface Need {
  frame: Frame;
  extents: Extent[];
}

/** Bytes of one pack that are fetched at once. */
export interface Fetch {
  pack: string;
  offset: number;
  length: number;
  needs: Need[];
  /** Of content, in all frames. */
  blocks: number;
}

/** Bytes that are rather fetched in vain than asked for apart, bytes asked for at once, and blocks that come of them: 16 MiB. */
const gap = 64 << 10;
const most = 4 << 20;
const mostBlocks = 4096;

/** What is to be fetched for these extents, pack by pack: neighbours together. */
export function fetchesFor(extents: readonly Extent[]): Fetch[] {
  const needs = new Map<Frame, Need>();
  for (const extent of extents) {
    const need = needs.get(extent.frame);
    if (need) need.extents.push(extent);
    else needs.set(extent.frame, { frame: extent.frame, extents: [extent] });
  }
  const byPlace = [...needs.values()].sort((a, b) => comparePacks(a.frame, b.frame) || a.frame.offset - b.frame.offset);
  const fetches: Fetch[] = [];
  for (const need of byPlace) {
    const { pack, offset, length, blocks } = need.frame;
    const last = fetches.at(-1);
    const far = !last || last.pack !== pack || offset > last.offset + last.length + gap;
    if (far || offset + length - last.offset > most || last.blocks + blocks > mostBlocks)
      fetches.push({ pack, offset, length, blocks, needs: [need] });
    else {
      last.blocks += blocks;
      last.length = Math.max(last.length, offset + length - last.offset);
      last.needs.push(need);
    }
  }
  return fetches;
}

function comparePacks(a: Frame, b: Frame): number {
  return a.pack < b.pack ? -1 : a.pack > b.pack ? 1 : 0;
}
