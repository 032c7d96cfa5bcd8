import { DvmError } from '#tool/errors.js';
import type { Problem } from './check.js';
import type { Draft } from './draft.js';
import type { State } from './kinds/kind.js';
import { areaLength, kindStates, referencesOf } from './kinds/kinds.js';
import type { Area, Segment } from './metadata.js';
import { checkVolumeName } from './names.js';
import { sizeOf } from './segments.js';

/** What is wrong with one volume by itself: its name, its segments, what they refer to. */
export function checkVolume(draft: Draft, id: string): Problem[] {
  const lv = draft.lvs[id];
  if (!lv) return [];
  const states = [...nameStates(lv.name, lv.hidden === true, draft.groupName), ...segmentStates(draft, id, lv.segments)];
  return states.map(([code, state]) => ({ code, id, message: `volume "${lv.name}" ${state}` }));
}

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
    return [
      ...gap,
      ...kindStates(s, draft),
      ...referenceStates(draft, id, s),
      ...s.areas.flatMap((a) => areaStates(draft, id, a, areaLength(s))),
    ];
  });
}

/** A part is hidden and no one else's; what it stands on exists. */
function referenceStates({ lvs }: Draft, id: string, segment: Segment): State[] {
  return referencesOf(segment).flatMap(({ lv, role }): State[] => {
    const below = lvs[lv];
    const isArea = segment.areas.some((a) => a.lv === lv); // areaStates says the same of those
    if (!below) return isArea ? [] : [['reference', `stands on volume "${lv}", which does not exist`]];
    if (lv === id) return isArea ? [] : [['reference', 'stands on itself']];
    return role === 'part' && !below.hidden ? [['reference', `has volume "${below.name}" as a part, which is not hidden`]] : [];
  });
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
