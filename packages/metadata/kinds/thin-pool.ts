import type { Draft } from '../draft.js';
import { sizeOf } from '../segments.js';
import type { KindRules, Reference, SegmentOf, State } from './kind.js';

type ThinPool = SegmentOf<'thin-pool'>;

/** Chunks are multiples of this many sectors: 64 KiB. */
export const smallestChunk = 128;

export const thinPool: KindRules<ThinPool> = {
  areaLength: ({ count }) => count,
  references: ({ areas, meta }) => [...areas.flatMap(({ lv }) => (lv === undefined ? [] : [part(lv)])), part(meta)],
  states: (pool, draft) => [...shapeStates(pool, draft), ...messageStates(pool)],
};

function part(lv: string): Reference {
  return { lv, role: 'part' };
}

function shapeStates({ areas, chunkSize, count, start }: ThinPool, { lvs }: Draft): State[] {
  const data = lvs[areas[0]?.lv ?? ''];
  const out: State[] = [];
  if (start !== 0) out.push(['thin-pool', 'is a thin pool behind another segment']);
  if (chunkSize % smallestChunk !== 0)
    out.push(['thin-pool', `has chunks of ${chunkSize} sectors, no multiple of ${smallestChunk}`]);
  if (areas[0]?.lv === undefined) out.push(['thin-pool', 'is a thin pool whose data lies on no volume']);
  else if (data && sizeOf(data) !== count) out.push(['thin-pool', `has ${count} extents, and its data volume ${sizeOf(data)}`]);
  return out;
}

/** Pending messages are grouped by transactions that follow one another up to the pool's. */
function messageStates({ messages = [], transaction }: ThinPool): State[] {
  const groups = [...new Set(messages.map((m) => m.transaction))];
  const inOrder = messages.every((m, i) => i === 0 || m.transaction >= (messages[i - 1]?.transaction ?? 0));
  const first = transaction - groups.length + 1;
  if (inOrder && groups.every((g, i) => g === first + i)) return [];
  return [
    ['thin-messages', `has messages for transactions ${groups.join(', ')}, which do not lead up to its own, ${transaction}`],
  ];
}
