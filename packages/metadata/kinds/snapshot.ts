import type { Draft } from '../draft.js';
import { sizeOf } from '../segments.js';
import type { KindRules, SegmentOf, State } from './kind.js';

type Snapshot = SegmentOf<'snapshot'>;

/** Chunks, in sectors. */
export const [smallestChunk, largestChunk] = [8, 1024];

export const snapshot: KindRules<Snapshot> = {
  areaLength: () => 0,
  references: ({ origin, cow }) => [
    { lv: origin, role: 'base' },
    { lv: cow, role: 'part' },
  ],
  states,
};

function states({ origin, chunkSize, count }: Snapshot, { lvs }: Draft): State[] {
  const out: State[] = [];
  const below = lvs[origin];
  if (!isChunkSize(chunkSize)) out.push(['chunk-size', `has chunks of ${chunkSize} sectors`]);
  if (below?.segments.some((s) => s.type === 'snapshot')) out.push(['reference', `is a snapshot of snapshot "${below.name}"`]);
  if (below && sizeOf(below) !== count) out.push(['size', `is of ${count} extents, and its origin of ${sizeOf(below)}`]);
  return out;
}

export function isChunkSize(sectors: number): boolean {
  return Number.isInteger(Math.log2(sectors)) && sectors >= smallestChunk && sectors <= largestChunk;
}
