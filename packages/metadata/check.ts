import type { DvmError } from '#tool/errors.js';
import { fail } from '#tool/errors.js';
import { type Changed, changedVolumes, knownAmong } from './check-changes.js';
import { checkExtents } from './check-extents.js';
import { checkVolume } from './check-volume.js';
import type { Draft } from './draft.js';
import { referencesOf } from './kinds/kinds.js';
import type { Lv, Metadata } from './metadata.js';
import { minorsOnce } from './minors.js';
import { thinDevicesOnce } from './thin/check.js';

/** One broken invariant. `code` is stable; `id` is the volume's or PV's, where there is one. */
export interface Problem {
  code: string;
  message: string;
  id?: string;
}

const mostListed = 1000;

/**
 * Holds metadata to what its schema cannot say. Every filter keeps these, so a problem means that something else
 * wrote the document.
 *
 * @throws DvmError `bad-metadata` (exit 65) that lists the problems
 */
export function checkMetadata(draft: Draft): void {
  const problems = findProblems(draft);
  if (problems.length > 0) throw badMetadata(draft.group, problems);
}

/** Is shown every volume once and says what is wrong with it, in the light of those before. */
export type VolumeCheck = (id: string, lv: Lv) => Problem | undefined;

/** All broken invariants: groups, PVs, volumes, extents. */
export function findProblems(draft: Draft): Problem[] {
  const changed = changedVolumes(draft);
  return [
    ...checkGroup(draft.vg),
    ...Object.keys(draft.pvs).flatMap((id) => checkPv(draft, id)),
    ...checkVolumes(draft, changed),
    ...checkExtents(draft, changed),
  ];
}

function badMetadata(group: string, problems: Problem[]): DvmError {
  const more = problems.length > 1 ? `, and ${problems.length - 1} more` : '';
  return fail('badInput', 'bad-metadata', `metadata of ${group} is wrong: ${problems[0]?.message}${more}`, {
    details: problems.slice(0, mostListed),
  });
}

function checkGroup({ extentSize }: Metadata['vg']): Problem[] {
  if (Number.isInteger(Math.log2(extentSize))) return [];
  return [{ code: 'extent-size', message: `extent size ${extentSize} is not a power of two` }];
}

function checkPv({ pvs, envelope, devices }: Draft, id: string): Problem[] {
  const problem = (code: string, state: string): Problem => ({ code, id, message: `PV "${id}" ${state}` });
  const out: Problem[] = [];
  if (envelope && !Object.hasOwn(envelope.pvs, id) && !devices?.[id]) out.push(problem('unknown-pv', 'is not one of the group'));
  let end = 0;
  for (const { extent, count } of pvs[id]?.reserved ?? []) {
    if (extent < end) out.push(problem('reserved', `has reserved extents out of order at ${extent}`));
    end = Math.max(end, extent + count);
  }
  if (end > (pvs[id]?.extents ?? 0)) out.push(problem('reserved', `has reserved extents behind its end`));
  return out;
}

/** One pass, whatever is looked at: of 100,000 volumes, finding them takes longer than looking. */
function checkVolumes(draft: Draft, changed: Changed | undefined): Problem[] {
  const isKnown = changed ? knownAmong(changed) : () => false;
  const checks = [namesOnce(), minorsOnce(), partsOnce(), thinDevicesOnce(draft.lvs)];
  const out: Problem[] = [];
  const ids = Object.keys(draft.lvs);
  const volumes = Object.values(draft.lvs);
  for (let i = 0; i < ids.length; i++) {
    const [id, lv] = [ids[i] as string, volumes[i] as Lv];
    if (isKnown(lv)) continue;
    for (const check of checks) {
      const problem = check(id, lv);
      if (problem) out.push(problem);
    }
    const problems = checkVolume(draft, id, lv);
    if (problems.length > 0) out.push(...problems);
  }
  return out;
}

/** A hidden part belongs to one volume. */
function partsOnce(): VolumeCheck {
  const owners = new Map<string, string>();
  return (id, { name, segments }) => {
    let problem: Problem | undefined;
    for (const segment of segments)
      for (const { lv: part, role } of referencesOf(segment)) {
        if (role !== 'part') continue;
        const other = owners.get(part);
        if (other) problem = { code: 'part-shared', id, message: `volumes "${other}" and "${name}" have one part, "${part}"` };
        owners.set(part, name);
      }
    return problem;
  };
}

function namesOnce(): VolumeCheck {
  const seen = new Map<string, string>();
  return (id, { name }) => {
    const other = seen.get(name);
    seen.set(name, id);
    if (other === undefined) return undefined;
    return { code: 'name-taken', id, message: `volumes "${other}" and "${id}" have one name, "${name}"` };
  };
}
