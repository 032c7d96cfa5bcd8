import { type EditableGroup, metadataOf } from '#metadata/editable.js';
import { poolSegment } from '#metadata/thin/segments.js';

/** Names of what a pool is made of in a group. */
export const poolVolume = 'pool';
export const stateVolume = 'dotmesh-etcd';

/** Set once the file system on the volume for etcd is whole: before that it is made anew. */
export const formattedTag = 'formatted';

/** How far making the pool has come. */
export interface Found {
  pool: boolean;
  state: 'absent' | 'unformatted' | 'formatted';
}

/** What a group holds of a pool. */
export function foundIn(group: EditableGroup): Found {
  const lvs = Object.values(metadataOf(group)?.lvs ?? {}).filter(({ hidden }) => !hidden);
  const named = (name: string) => lvs.find((lv) => lv.name === name);
  const state = named(stateVolume);
  return {
    pool: poolSegment(named(poolVolume)) !== undefined,
    state: state === undefined ? 'absent' : state.tags?.includes(formattedTag) ? 'formatted' : 'unformatted',
  };
}
