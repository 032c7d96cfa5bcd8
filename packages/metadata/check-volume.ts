import { DvmError } from '#tool/errors.js';
import type { Problem } from './check.js';
import type { Draft } from './draft.js';
import type { Area, Segment } from './metadata.js';
import { checkVolumeName } from './names.js';
import { areaLength, sizeOf } from './segments.js';

/** Smallest chunk of a stripe, in sectors: a page. */
export const smallestStripe = 8;

/** What is wrong with one volume by itself: its name, its segments, what they refer to. */
export function checkVolume(draft: Draft, id: string): Problem[] {
  const lv = draft.lvs[id];
  if (!lv) return [];
  const states = [...nameStates(lv.name, lv.hidden === true, draft.groupName), ...segmentStates(draft, id, lv.segments)];
  return states.map(([code, state]) => ({ code, id, message: `volume "${lv.name}" ${state}` }));
}

type State = [code: string, state: string];

/** Names of hidden volumes end in suffixes that others may not use. */
function nameStates(name: string, hidden: boolean, group: string | undefined): State[] {
  try {
    checkVolumeName(hidden ? `${name}.` : name, group);
    return [];
  } catch (e) {
    if (!(e instanceof DvmError)) throw e;
    return [['bad-name', `has a bad name: ${e.message}`]];
  }
}

function segmentStates(draft: Draft, id: string, segments: readonly Segment[]): State[] {
  if (segments.length === 0) return [['empty', 'has no segments']];
  let end = 0;
  return segments.flatMap((s) => {
    const gap: State[] = s.start === end ? [] : [['segments', `has a segment at ${s.start} where one at ${end} is due`]];
    end = s.start + s.count;
    return [...gap, ...stripeStates(s, draft.vg.extentSize), ...s.areas.flatMap((a) => areaStates(draft, id, a, areaLength(s)))];
  });
}

function stripeStates({ type, areas, count, start, stripeSize }: Segment, extentSize: number): State[] {
  const out: State[] = [];
  const wrong = (state: string): number => out.push(['stripes', `has a ${type} segment at ${start} ${state}`]);
  if (type === 'linear') {
    if (areas.length !== 1) wrong(`of ${areas.length} areas`);
    if (stripeSize !== undefined) wrong('with a stripe size');
    return out;
  }
  if (areas.length < 2) wrong('of one area');
  if (count % areas.length !== 0) wrong(`whose ${count} extents do not divide by ${areas.length}`);
  if (stripeSize === undefined) wrong('without a stripe size');
  else if (!Number.isInteger(Math.log2(stripeSize)) || stripeSize < smallestStripe || stripeSize > extentSize)
    wrong(`with a stripe size of ${stripeSize} sectors: not a power of two from ${smallestStripe} to the extent size`);
  return out;
}

function areaStates({ pvs, lvs }: Draft, id: string, { pv, lv, extent }: Area, length: number): State[] {
  const below = pv !== undefined ? pvs[pv] : lvs[lv ?? ''];
  const name = pv !== undefined ? `PV "${pv}"` : `volume "${lv}"`;
  if (!below) return [['reference', `lies on ${name}, which does not exist`]];
  if (lv === id) return [['reference', 'lies on itself']];
  const size = 'segments' in below ? sizeOf(below) : below.extents;
  if (extent + length <= size) return [];
  return [['outside', `uses extents ${extent}-${extent + length - 1} of ${name}, which has ${size}`]];
}
