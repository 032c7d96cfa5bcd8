import { readUses, type Uses } from '#blockdev/mounts.js';
import { mapParallel } from '#blockdev/parallel.js';
import type { Devices } from '#documents/devices.js';
import { DvmError } from '#tool/errors.js';
import type { DiscoverConfig } from './config.js';
import type { Inventory } from './documents.js';
import { devicesDocument } from './find.js';
import { describe, duplicateEntry, groupsOf } from './group.js';
import { heldBy, signatureName } from './obstacles.js';
import { type Scan, scan, type Unlabelled } from './scan.js';
import type { World } from './world.js';

/** Looked at at a time: groups, and devices by wipefs. */
const GROUPS = 16;
const PROGRAMS = 8;

/** Everything that was looked at: groups, devices that could be added, and why the others were passed over. */
export async function listDevices(config: DiscoverConfig, world: World): Promise<Inventory> {
  const found = await scan(config, world);
  const uses = readUses(world.roots);
  return {
    kind: 'inventory',
    version: 1,
    groups: await devicesOfGroups(found, world),
    unlabelled: await mapParallel(found.unlabelled, PROGRAMS, (u) => unlabelledEntry(u, uses, found, world)),
    passed: found.passed.map(({ path, code, reason }) => ({ path, code, reason })),
    duplicates: found.duplicates.map(duplicateEntry),
  };
}

/** The devices of every group, by id. Nothing but labels and metadata is looked at, so that it is fast. */
export async function listGroups(config: DiscoverConfig, world: World): Promise<Devices[]> {
  return devicesOfGroups(await scan(config, world), world);
}

async function devicesOfGroups(found: Scan, world: World): Promise<Devices[]> {
  const groups = await mapParallel([...groupsOf(found)].sort(byId), GROUPS, ([id, devices]) => describe(id, devices, world));
  return groups.map((g) => devicesDocument(g, found));
}

function byId([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

async function unlabelledEntry(u: Unlabelled, uses: Uses, found: Scan, world: World): Promise<Inventory['unlabelled'][number]> {
  const held = u.device && heldBy(u.device, uses, found.byName);
  const partitions = u.device?.partitions ?? [];
  const carries = await signatureNames(u.path, world);
  return {
    path: u.path,
    size: u.size,
    carries: [...carries, ...(partitions.length > 0 ? [`partitions ${partitions.join(', ')}`] : [])],
    uses: held ? [held.message] : [],
  };
}

async function signatureNames(path: string, world: World): Promise<string[]> {
  try {
    return [...new Set((await world.signatures(path)).map(signatureName))];
  } catch (e) {
    if (e instanceof DvmError) return [`unknown: ${e.message}`];
    throw e;
  }
}
