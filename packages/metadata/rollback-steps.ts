import type { ChangesStep } from '#documents/changes.js';
import { sameJson } from '#tool/json.js';
import { type Claim, claimsOf, reservedClaims } from './claims.js';
import { type Lv, type Metadata, metadataType } from './metadata.js';

/**
 * All that volumes and regions claimed in the versions after `old`, but for what they claimed in `old` itself. Only
 * entities that changed are looked at.
 */
export function laterClaims(old: Metadata, now: Metadata, steps: readonly ChangesStep[]): Claim[] {
  const claims: Claim[] = [];
  let ground: Metadata = { ...old, lvs: {} };
  for (const step of steps) {
    ground = applyStep(ground, step);
    claims.push(...claimsIn(ground, ground.lvs));
  }
  return [...claims, ...claimsIn(now, changedVolumes(old, now))];
}

function claimsIn(ground: Metadata, lvs: Metadata['lvs']): Claim[] {
  return [...reservedClaims(ground), ...Object.entries(lvs).flatMap(([id, lv]) => claimsOf(ground, id, lv))];
}

function changedVolumes(old: Metadata, now: Metadata): Metadata['lvs'] {
  const changed = ([id, lv]: [string, Lv]): boolean => !sameJson(old.lvs[id], lv);
  return Object.fromEntries(Object.entries(now.lvs).filter(changed));
}

/** The group's settings and PVs after a step, with those of its volumes that the step changed. */
function applyStep(before: Metadata, { seqno, changes }: ChangesStep): Metadata {
  const next: Record<string, Record<string, unknown>> = { vg: { ...before.vg }, pvs: { ...before.pvs }, lvs: {} };
  for (const { path, after } of changes) {
    const [part = '', key] = path;
    const map = next[part];
    if (!map || key === undefined) continue;
    if (after === null) delete map[key];
    else map[key] = after;
  }
  return metadataType.parse({ kind: 'metadata', version: 1, ...next }, `version ${seqno}`);
}
