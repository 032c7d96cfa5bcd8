import type { Extent } from './extents.js';

/** A pack of a commit: its size, and how many bytes of it extents still point to. */
export interface PackUse {
  digest: string;
  size: number;
  used: number;
}

/** Below this share of a pack in use its rest is written anew. */
const leastUsed = 1 / 4;
/** Layers from which on small packs are brought together, and how many are left then. */
const mostLayers = 900;
const layersAfterwards = 450;

/** Adds (sign 1) or takes away (−1) what extents use of each pack. A frame is used by the share of its blocks that is. */
export function countUse(use: Map<string, number>, extents: readonly Extent[], sign: 1 | -1): void {
  for (const { frame, blocks } of extents)
    use.set(frame.pack, (use.get(frame.pack) ?? 0) + sign * Math.floor((frame.length * blocks) / frame.blocks));
}

/**
 * The packs whose content the next commit writes anew: those of which little is used, and where there are too many layers,
 * the ones with least to write.
 */
export function packsToRewrite(packs: readonly PackUse[], layers: number): Set<string> {
  const rewrite = new Set(packs.filter((p) => p.used < p.size * leastUsed).map((p) => p.digest));
  const left = layers - rewrite.size;
  if (left < mostLayers) return rewrite;
  const rest = packs.filter((p) => !rewrite.has(p.digest)).sort((a, b) => a.used - b.used);
  for (const { digest } of rest.slice(0, left - layersAfterwards)) rewrite.add(digest);
  return rewrite;
}
