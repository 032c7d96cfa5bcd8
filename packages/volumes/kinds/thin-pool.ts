import type { Desired, Target } from '#dm/documents.js';
import type { Draft } from '#metadata/draft.js';
import type { PoolMessage } from '#metadata/thin/messages.js';
import { type PoolSegment, poolSegment, thinVolumes } from '#metadata/thin/segments.js';
import type { Sectors } from '#tool/units.js';
import { missingDevices } from '../missing.js';
import type { Mapping } from './kind.js';

type Groups = NonNullable<Desired['devices'][string]['messages']>;
type Message = Groups[number]['messages'][number];

/** What users see of a pool: its size. `linear` over the pool itself, which its volumes stand on. */
export function thinPool(segment: PoolSegment, m: Mapping): Target[] {
  const size = m.sectors(segment.count);
  return metadataThere(m) ? [{ type: 'linear', size, args: `${poolLayer(m)} 0` }] : noPool(m, size);
}

/** Without its metadata nothing of a pool can be found. */
export function metadataThere(pool: Mapping): boolean {
  return pool.complete(poolSegment(pool.lv)?.meta ?? '');
}

/** Rows for what stands on such a pool. What is missing is noted by mapping the metadata all the same. */
export function noPool(pool: Mapping, size: Sectors): Target[] {
  pool.volume(poolSegment(pool.lv)?.meta ?? '');
  return [{ type: 'error', size, args: '' }];
}

/** `@NAME` of the pool itself, the hidden device `-tpool`: `thin-pool META DATA CHUNK LOW N FEATURE…`. */
export function poolLayer(m: Mapping): string {
  const made = m.made('tpool'); // for one of its volumes: there may be thousands
  if (made !== undefined) return made;
  const segment = poolSegment(m.lv) as PoolSegment;
  const meta = m.volume(segment.meta, { blank: true });
  const data = m.volume(segment.areas[0]?.lv ?? '', { blank: false });
  const features = featuresOf(segment);
  const args = [meta, data, segment.chunkSize, segment.lowWater ?? 0, features.length, ...features].join(' ');
  return m.layer('tpool', [{ type: 'thin-pool', size: m.sectors(segment.count), args }], { messages: messageGroups(segment, m) });
}

/** In the order in which the kernel prints them. */
function featuresOf({ zero, discards, errorIfFull }: PoolSegment): string[] {
  return [
    ...(zero === false ? ['skip_block_zeroing'] : []),
    ...(discards === 'ignore' ? ['ignore_discard'] : discards === 'no-passdown' ? ['no_discard_passdown'] : []),
    ...(errorIfFull ? ['error_if_no_space'] : []),
  ];
}

/** Pools that have something to be told, as far as their devices are there. */
export function pendingPools(draft: Draft): string[] {
  const pending = Object.keys(draft.lvs).filter((id) => poolSegment(draft.lvs[id])?.messages);
  return pending.filter((id) => missingDevices(draft, id).length === 0);
}

/**
 * The pending messages by the transactions of the pool. They may have been begun already when nothing says that this
 * is the first try: no version before is known, or it had them too.
 */
function messageGroups({ messages = [], transaction }: PoolSegment, m: Mapping): Groups {
  if (messages.length === 0) return [{ from: transaction, to: transaction, messages: [] }];
  const begun = m.previous && new Set(poolSegment(m.previous[m.id])?.messages?.map((p) => p.transaction));
  return [...new Set(messages.map((p) => p.transaction))].map((to) => ({
    from: to - 1,
    to,
    messages: messages.filter((p) => p.transaction === to).map((p) => messageOf(p, m)),
    ...(begun?.has(to) === false ? {} : { replay: true }),
  }));
}

function messageOf(message: PoolMessage, m: Mapping): Message {
  if (message.snapshot === undefined)
    return { text: message.create === undefined ? `delete ${message.delete}` : `create_thin ${message.create}` };
  const origin = thinVolumes(m.lvs, m.id).find((t) => t.segment.device === message.origin);
  const text = `create_snap ${message.snapshot} ${message.origin}`;
  return origin ? { text, suspend: m.uuid(origin.id) } : { text };
}
