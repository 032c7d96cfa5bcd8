import type { BlockDevice } from '#blockdev/sysfs.js';
import { DvmError } from '#tool/errors.js';
import { isActive } from './candidates.js';
import type { Labelled, Scan } from './scan.js';
import type { World } from './world.js';

/**
 * Makes each PV id stand for one device. In this order: a device that is part of another with the same label
 * (a path of a multipath disk, a leg of a mirror) gives way to it; what an array that is not assembled left
 * behind is passed over; the one whose group is active on it wins; what is left is a duplicate, and nobody wins.
 */
export async function resolveIdentities(scan: Scan, world: World): Promise<void> {
  const kept: Labelled[] = [];
  for (const same of byPv(scan.labelled)) {
    const tops = await withoutMembers(withoutComponents(same, scan), scan, world);
    const winner = tops.length > 1 ? activeOne(tops, scan) : tops[0];
    if (winner) kept.push(winner);
    else if (tops[0]) scan.duplicates.push({ pv: tops[0].label.pv, group: tops[0].label.group.id, devices: tops });
    for (const d of winner ? tops : []) if (d !== winner) scan.passed.push(ignored(d, winner as Labelled));
  }
  scan.labelled = kept;
}

function byPv(labelled: Labelled[]): Labelled[][] {
  const groups = new Map<string, Labelled[]>();
  for (const d of labelled) groups.set(d.label.pv, [...(groups.get(d.label.pv) ?? []), d]);
  return [...groups.values()];
}

function withoutComponents(same: Labelled[], scan: Scan): Labelled[] {
  const names = new Set(same.flatMap((d) => d.device?.name ?? []));
  return same.filter((d) => {
    const top = d.device && [...above(d.device, scan.byName)].find((name) => names.has(name));
    if (top === undefined) return true;
    const path = scan.byName.get(top)?.path ?? top;
    scan.passed.push({ path: d.path, code: 'component', reason: `it is part of "${path}"` });
    return false;
  });
}

/** Names of all devices made on top of one. */
function above(device: BlockDevice, byName: Map<string, BlockDevice>, found = new Set<string>()): Set<string> {
  for (const name of device.holders) {
    if (found.has(name)) continue;
    found.add(name);
    const holder = byName.get(name);
    if (holder) above(holder, byName, found);
  }
  return found;
}

/** A raid member that begins where its array does shows the array's label, and is larger than that says. */
async function withoutMembers(same: Labelled[], scan: Scan, world: World): Promise<Labelled[]> {
  const out: Labelled[] = [];
  for (const d of same) {
    const suspect = d.size > d.label.size || same.length > 1;
    const raid = suspect ? await raidMember(d.path, world) : undefined;
    if (raid)
      scan.passed.push({ path: d.path, code: 'component', reason: `it is part of an array that is not running (${raid})` });
    else out.push(d);
  }
  return out;
}

async function raidMember(path: string, world: World): Promise<string | undefined> {
  try {
    return (await world.signatures(path)).find((s) => s.type.endsWith('raid_member'))?.type;
  } catch (e) {
    if (e instanceof DvmError) return undefined; // without wipefs a duplicate stays a duplicate
    throw e;
  }
}

function activeOne(same: Labelled[], scan: Scan): Labelled | undefined {
  const active = same.filter((d) => isActive(d.device, d.label.group.id, scan.byName));
  return active.length === 1 ? active[0] : undefined;
}

function ignored(d: Labelled, winner: Labelled) {
  return {
    path: d.path,
    code: 'duplicate-ignored',
    reason: `it claims to be PV ${d.label.pv}, which is in use on "${winner.path}"`,
  };
}
