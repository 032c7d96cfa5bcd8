import type { Devices, FoundDevice } from '#documents/devices.js';
import { diskOf } from './candidates.js';
import type { DiscoverConfig } from './config.js';
import type { Problem } from './envelope.js';
import { duplicatePv, type FoundGroup, findGroup } from './group.js';
import { type Labelled, type Scan, scan } from './scan.js';
import type { World } from './world.js';

/**
 * The devices of a group: where each PV is now, which are missing, and what is odd.
 *
 * @throws DvmError `no-group` (80), `duplicate-group`, `duplicate-pv` (87)
 */
export async function findDevices(nameOrId: string, config: DiscoverConfig, world: World): Promise<Devices> {
  const found = await scan(config, world);
  const group = await findGroup(nameOrId, found, world);
  const duplicates = found.duplicates.filter((d) => d.group === group.id);
  if (duplicates.length > 0) throw duplicatePv(duplicates);
  return devicesDocument(group, found);
}

/** The `devices` document of a group. Pure. */
export function devicesDocument(group: FoundGroup, found: Scan): Devices {
  const devices = Object.fromEntries(group.devices.map((d) => [d.label.pv, foundDevice(d, found)]));
  return {
    kind: 'devices',
    version: 1,
    group: { id: group.id, name: group.name },
    devices,
    missing: missing(group, devices),
    problems: [
      ...group.state.problems,
      ...group.devices.flatMap((d) => labelProblems(d, group)),
      ...ignored(group, found),
      ...unclear(group, found),
    ],
  };
}

function foundDevice(d: Labelled, { byName }: Scan): FoundDevice {
  const disk = diskOf(d, byName);
  return {
    path: d.path,
    ...(d.device ? { dev: d.device.dev } : {}),
    size: d.size,
    blockSize: d.blockSize as FoundDevice['blockSize'],
    ...(d.device?.readOnly ? { readOnly: true } : {}),
    ...(disk === d.path ? {} : { disk }),
    regions: d.label.regions.map(({ start, length }) => ({ start, length })),
  };
}

/** PVs that the envelope names and no device carries. */
function missing(group: FoundGroup, devices: Devices['devices']): Devices['missing'] {
  const out: Devices['missing'] = {};
  for (const [pv, { path, size }] of Object.entries(group.state.envelope?.pvs ?? {}))
    if (!Object.hasOwn(devices, pv)) out[pv] = { lastPath: path, ...(size > 0 ? { size } : {}) };
  return out;
}

function labelProblems(d: Labelled, group: FoundGroup): Problem[] {
  const problem = (code: string, message: string): Problem => ({ code, message, paths: [d.path] });
  const out = d.stale.map((why) => problem('label-stale', `label of "${d.path}": ${why}`));
  if (d.label.group.name !== group.name)
    out.push(problem('stale-name', `label of "${d.path}" still names the group "${d.label.group.name}"`));
  if (d.size < d.label.size)
    out.push(problem('device-shrunk', `device "${d.path}" has ${d.size} sectors and was labelled with ${d.label.size}`));
  if (d.device && d.device.partitions.length > 0)
    out.push(problem('partitioned', `device "${d.path}" is a PV and has partitions: ${d.device.partitions.join(', ')}`));
  return out;
}

/** Newcomers with the identity of a PV in use. */
function ignored(group: FoundGroup, found: Scan): Problem[] {
  const pvs = group.devices.map((d) => d.label.pv);
  const mine = found.passed.filter((p) => p.code === 'duplicate-ignored' && pvs.some((pv) => p.reason.includes(pv)));
  return mine.map((p) => ({ code: p.code, message: `device "${p.path}" is ignored: ${p.reason}`, paths: [p.path] }));
}

/** PVs of the group that nobody can tell from their copies. */
function unclear({ id }: FoundGroup, { duplicates }: Scan): Problem[] {
  return duplicates
    .filter((d) => d.group === id)
    .map((d) => {
      const paths = d.devices.map((x) => x.path);
      return { code: 'duplicate-pv', message: `PV ${d.pv} is on ${paths.join(' and ')}: neither is used`, paths };
    });
}
