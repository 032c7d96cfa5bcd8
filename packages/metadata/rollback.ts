import type { ChangesStep } from '#documents/changes.js';
import { fail } from '#tool/errors.js';
import { sameJson } from '#tool/json.js';
import { carryCaches } from './cache/rollback.js';
import { type Claim, ClaimMap, claimsOf, reservedClaims } from './claims.js';
import type { Draft } from './draft.js';
import type { Lv, Metadata } from './metadata.js';
import { listed } from './pv-edits.js';
import { carryRaids } from './raid/rollback.js';
import { laterClaims } from './rollback-steps.js';
import { carryPools } from './thin/rollback.js';
import { carryWritecaches } from './writecache/rollback.js';

export interface Rollback {
  /** The version to go back to. */
  old: Metadata;
  /** How the present one came about, oldest first; what is not known of it cannot be warned of. */
  steps: readonly ChangesStep[];
  /** Also when data of the old version's volumes has been written over. */
  force: boolean;
}

/**
 * Metadata with the volumes and settings of an older version on the PVs of today, with the regions of today. Layout is
 * restored, never data.
 *
 * @returns the metadata, and notes for people
 * @throws DvmError (exit 83) `extent-size-changed`, `extents-gone`: PVs or parts of them that volumes lay on are not there
 *   any more; `thin-gone`: thin volumes that their pool has deleted; `images-stale`, `reshaped`: raid volumes of too few present images, or laid out otherwise; unless `force` `overwritten`: extents that belonged to somebody else in between
 */
export function rollBack(draft: Draft, { old, steps, force }: Rollback): { metadata: Metadata; notes: string[] } {
  const now = draft.before;
  checkExtentSize(draft, old);
  checkGone(draft, old);
  const carried = carryWritecaches(now, carryCaches(now, carryRaids(now, carryPools(now, old.lvs))));
  const lost = overwritten(old, now, steps);
  if (lost.size > 0 && !force) throw overwrittenError(lost);
  const lvs = Object.fromEntries(
    Object.entries(carried).map(([id, lv]) => [id, sameJson(now.lvs[id], lv) ? (now.lvs[id] as Lv) : lv]),
  );
  const gone = Object.entries(now.lvs).filter(([id]) => !Object.hasOwn(lvs, id));
  const notes = [
    ...gone.map(([, lv]) => `volume "${lv.name}" is not in that version: it goes`),
    ...[...lost].map(([name, by]) => `volume "${name}" comes back with data of ${[...by].join(', ')}`),
  ];
  const same = sameJson(old.vg, now.vg) && gone.length === 0 && Object.entries(lvs).every(([id, lv]) => lv === now.lvs[id]);
  return { metadata: same ? now : { ...now, vg: old.vg, lvs }, notes };
}

function checkExtentSize({ group, vg }: Draft, old: Metadata): void {
  if (vg.extentSize === old.vg.extentSize) return;
  throw fail(
    'inUse',
    'extent-size-changed',
    `${group} had extents of ${old.vg.extentSize} sectors then, now of ${vg.extentSize}`,
    {
      hint: 'vg_set --extent-size sets it back first',
    },
  );
}

/** Volumes that could not even be laid out: what they lay on is not the group's, or a region's now. */
function checkGone(draft: Draft, old: Metadata): void {
  const why = new Map<string, string>();
  const regions = new ClaimMap(reservedClaims(draft));
  for (const [id, lv] of Object.entries(old.lvs)) {
    const reason = claimsOf(old, id, lv)
      .map((claim) => goneReason(draft, old, regions, claim))
      .find((r) => r !== undefined);
    if (reason) why.set(lv.name, reason);
  }
  if (why.size === 0) return;
  const [first = ''] = why.values();
  throw fail('inUse', 'extents-gone', `extents that ${listed([...why.keys()])} had are gone: ${first}`, {
    hint: 'bring the device or its size back first, or move the region (tm regions)',
    details: { volumes: Object.fromEntries(why) },
  });
}

function goneReason(draft: Draft, old: Metadata, regions: ClaimMap<Claim>, claim: Claim): string | undefined {
  const pv = draft.pvs[claim.pv];
  if (!pv) return `PV "${claim.pv}" has left the group`;
  if (
    pv.dataStart !== old.pvs[claim.pv]?.dataStart ||
    claim.start + claim.length > pv.dataStart + pv.extents * draft.vg.extentSize
  )
    return `PV "${claim.pv}" is not as large any more`;
  return regions.hitBy(claim).length > 0 ? `a metadata region lies there on PV "${claim.pv}"` : undefined;
}

/** Volumes of the old version whose extents somebody else had since, with whom. */
function overwritten(old: Metadata, now: Metadata, steps: readonly ChangesStep[]): Map<string, Set<string>> {
  const names = new Map<string, string>();
  const map = new ClaimMap(
    Object.entries(old.lvs).flatMap(([id, lv]) =>
      claimsOf(old, id, lv).map((claim) => {
        names.set(claim.data, lv.name);
        return claim;
      }),
    ),
  );
  const lost = new Map<string, Set<string>>();
  for (const later of laterClaims(old, now, steps))
    for (const claim of map.hitBy(later)) {
      const name = names.get(claim.data) ?? '';
      lost.set(name, (lost.get(name) ?? new Set()).add(later.who));
    }
  return lost;
}

function overwrittenError(lost: Map<string, Set<string>>) {
  const volumes = Object.fromEntries([...lost].map(([name, by]) => [name, [...by]]));
  const [first = []] = Object.values(volumes);
  return fail(
    'inUse',
    'overwritten',
    `extents that ${listed([...lost.keys()])} had were given to others since (${first.join(', ')}): their data is lost`,
    { hint: 'with --force the layout comes back all the same, with whatever is there now', details: { volumes } },
  );
}
