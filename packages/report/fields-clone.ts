import { type CloneStatus, parseCloneStatus } from '#dm/clone-status.js';
import { cloneSegment } from '#metadata/clone/segments.js';
import type { Segment } from '#metadata/metadata.js';
import { lvFields, type Value } from './field.js';
import type { LvView } from './views.js';

/** Of volumes that are being cloned. */
export const cloneTable = lvFields([
  ['copy_percent', 'count', 'Cpy%', 'clones: how much has been copied, while active', (l) => ofStatus(l, percent)],
  ['hydration', 'string', 'Hydration', 'clones: on, off: whether they copy in the background', hydration],
  ['region_size', 'size', 'Region', 'raid, clones: what is copied as one', ({ lv }) => regionSize(lv.segments[0])],
]);

function regionSize(segment: Segment | undefined): Value {
  return segment && 'regionSize' in segment ? (segment.regionSize ?? null) : null;
}

function hydration({ lv }: LvView): Value {
  const segment = cloneSegment(lv);
  return segment ? (segment.hydration === false ? 'off' : 'on') : null;
}

function ofStatus({ lv, status }: LvView, of: (status: CloneStatus) => Value): Value {
  const found = cloneSegment(lv) ? parseCloneStatus(status) : undefined;
  return found ? of(found) : null;
}

function percent({ done, of }: CloneStatus): number {
  return Math.floor((done / of) * 10_000) / 100;
}
