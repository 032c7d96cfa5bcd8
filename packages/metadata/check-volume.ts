import { DvmError } from '#tool/errors.js';
import type { Problem } from './check.js';
import type { Draft } from './draft.js';
import { areaLength, kindStates, referencesOf } from './kinds/kinds.js';
import type { Area, Segment } from './metadata.js';
import { checkVolumeName } from './names.js';
import { sizeOf } from './segments.js';

/** Takes what is wrong with a volume, as the end of a sentence that begins with its name. */
type Report = (code: string, state: string) => void;

const sound: readonly Problem[] = [];

/**
 * What is wrong with one volume by itself: its name, its segments, what they refer to. Nearly always that is nothing, and
 * lists of nothing would be most of the work: none is made for a sound volume.
 */
export function checkVolume(draft: Draft, id: string, lv = draft.lvs[id]): readonly Problem[] {
  if (!lv) return sound;
  let problems: Problem[] | undefined;
  const report: Report = (code, state) => {
    problems ??= [];
    problems.push({ code, id, message: `volume "${lv.name}" ${state}` });
  };
  reportName(lv.name, lv.hidden === true, draft.groupName, report);
  reportSegments(draft, id, lv.segments, report);
  return problems ?? sound;
}

/** Names of hidden volumes end in suffixes that others may not use. */
function reportName(name: string, hidden: boolean, group: string | undefined, report: Report): void {
  try {
    checkVolumeName(hidden ? `${name}.` : name, group);
  } catch (e) {
    if (!(e instanceof DvmError)) throw e;
    report('bad-name', `has a bad name: ${e.message}`);
  }
}

function reportSegments(draft: Draft, id: string, segments: readonly Segment[], report: Report): void {
  if (segments.length === 0) report('empty', 'has no segments');
  let end = 0;
  for (const s of segments) {
    if (s.start !== end) report('segments', `has a segment at ${s.start} where one at ${end} is due`);
    end = s.start + s.count;
    for (const [code, state] of kindStates(s, draft)) report(code, state);
    reportReferences(draft, id, s, report);
    for (const area of s.areas) reportArea(draft, id, area, areaLength(s), report);
  }
}

/** A part is hidden and no one else's; what it stands on exists. */
function reportReferences({ lvs }: Draft, id: string, segment: Segment, report: Report): void {
  for (const { lv, role } of referencesOf(segment)) {
    const below = lvs[lv];
    const isArea = segment.areas.some((a) => a.lv === lv); // reportArea says the same of those
    if (!below || lv === id) {
      if (!isArea) report('reference', below ? 'stands on itself' : `stands on volume "${lv}", which does not exist`);
    } else if (role === 'part' && !below.hidden) report('reference', `has volume "${below.name}" as a part, which is not hidden`);
  }
}

function reportArea(draft: Draft, id: string, { pv, lv, extent }: Area, length: number, report: Report): void {
  const size = pv !== undefined ? draft.pvs[pv]?.extents : sizeOfVolume(draft, lv ?? '');
  if (size !== undefined && lv !== id && extent + length <= size) return;
  const name = pv !== undefined ? `PV "${pv}"` : `volume "${lv}"`;
  if (size === undefined) report('reference', `lies on ${name}, which does not exist`);
  else if (lv === id) report('reference', 'lies on itself');
  else report('outside', `uses extents ${extent}-${extent + length - 1} of ${name}, which has ${size}`);
}

function sizeOfVolume({ lvs }: Draft, id: string): number | undefined {
  const lv = lvs[id];
  return lv && sizeOf(lv);
}
