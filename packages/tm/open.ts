import { readFileSync } from 'node:fs';
import { openDevice } from '#blockdev/device.js';
import { type Lock, lockGroup } from '#blockdev/locks.js';
import { mapParallel } from '#blockdev/parallel.js';
import type { OpenStorage } from '#blockdev/storage.js';
import { deviceAt } from '#blockdev/sysfs.js';
import { discoverSection } from '#discover/config.js';
import { findDevices } from '#discover/find.js';
import { readLabel } from '#discover/label-copies.js';
import { renameLabels } from '#discover/update.js';
import { hostWorld } from '#discover/world.js';
import { type Devices, devicesType, type FoundDevice } from '#documents/devices.js';
import { newId, newTxn } from '#documents/ids.js';
import type { Call } from '#tool/command.js';
import { sha256 } from '#tool/crypto.js';
import { fail } from '#tool/errors.js';
import { sameJson } from '#tool/json.js';
import { activationPipeline, type Looks } from './activation.js';
import { checkSource } from './clone-source.js';
import { checkPrograms, programsOf, tmSection } from './config.js';
import type { Context } from './context.js';
import { checkMetadata, type MetadataCheck } from './metadata-check.js';
import { handOver, relabel } from './relabel.js';
import { openStore } from './replicator-store.js';
import { zero } from './zero.js';

/** What opening a group needs of a call. */
export type Edge = Pick<Call, 'input' | 'section' | 'programs' | 'note'>;

export interface OpenRequest {
  /** Name or id of the group, as the user gave it. */
  group: string;
  /** Takes the lock of the group and opens its devices for writing. */
  write: boolean;
  /** Milliseconds to wait for the lock. */
  wait: number;
  activate: boolean;
  kernel: string | undefined;
  /** What comes up without a check of its metadata. */
  unchecked?: readonly MetadataCheck['kind'][];
}

export interface Opened {
  context: Context;
  close(): Promise<void>;
}

/** The edge of tm: the devices document, the lock, the devices, the clock. */
export async function openContext(call: Edge, request: OpenRequest): Promise<Opened> {
  const devices = await call.input(devicesType);
  checkGroupName(request.group, devices);
  return openLocked(call, devices, request);
}

async function openLocked(call: Edge, devices: Devices, request: OpenRequest): Promise<Opened> {
  const { id, name } = devices.group;
  const lock = request.write ? await lockGroup(id, { wait: request.wait, name }) : undefined;
  try {
    if (lock) await checkLabels(devices, openDevice);
    return await opened(call, devices, request, lock);
  } catch (e) {
    lock?.release();
    throw e;
  }
}

async function opened(call: Edge, devices: Devices, request: OpenRequest, lock: Lock | undefined): Promise<Opened> {
  const names = programsOf(call.section(tmSection));
  const programs = call.programs();
  const store = await openStore(devices.devices, openDevice, request.write);
  const tools = checkPrograms(call.section(tmSection), request.unchecked ?? []);
  const looks: Looks = {
    check: (c) => checkMetadata(c, tools[c.kind], call.note),
    source: (s) => checkSource(s, openDevice),
  };
  const keep = lock ? [lock.fd] : [];
  const activation = request.activate ? activationPipeline(names, programs, request.kernel, keep, looks) : undefined;
  const now = () => new Date().toISOString();
  const context: Context = {
    devices,
    store,
    programs,
    names,
    activation,
    newTxn: () => newTxn(),
    now,
    host: hostId(),
    renameLabels: async (group) => (await renameLabels(hostWorld(), group, pathsOf(context.devices))).length > 0,
    relabel: (regions) => relabel(context, hostWorld(), regions),
    handOver: (pvs, to) => handOver(context, hostWorld(), pvs, to),
    findGroup: (name) => findDevices(name, call.section(discoverSection), hostWorld()),
    openGroup: (other) => openLocked(call, other, request),
    newId: () => newId(),
    openStore: (found) => openStore(found, openDevice, request.write),
    zero: (ranges) => zero(openDevice, ranges),
    refuseTakenName: async (name) => {
      const { refuseTakenName } = await import('#discover/group.js');
      await refuseTakenName(name, devices.group.id, call.section(discoverSection), hostWorld());
    },
    note: call.note,
  };
  const close = async () => {
    await context.store.close();
    lock?.release();
  };
  return { context, close };
}

function pathsOf({ devices }: Devices): string[] {
  return Object.values(devices).map((d) => d.path);
}

function checkGroupName(name: string, devices: Devices): void {
  if (name === devices.group.name || name === devices.group.id) return;
  throw fail('badInput', 'wrong-group', `the devices document is of group "${devices.group.name}", not of "${name}"`);
}

/**
 * What discover saw may have changed before the lock was taken: the labels are read again.
 *
 * @throws DvmError `stale-devices` (exit 84)
 */
export async function checkLabels(devices: Devices, open: OpenStorage): Promise<void> {
  await mapParallel(Object.entries(devices.devices), 128, async ([pv, device]) => {
    const why = await labelChange(devices.group.id, pv, device, open);
    if (why !== undefined)
      throw fail('outOfSync', 'stale-devices', `device "${device.path}" ${why}`, {
        hint: 'the devices document is out of date: run discover again',
      });
  });
}

async function labelChange(group: string, pv: string, device: FoundDevice, open: OpenStorage): Promise<string | undefined> {
  const dev = deviceAt(device.path);
  if (dev !== device.dev) return `is now ${dev ?? 'a file'}, and was ${device.dev ?? 'a file'}`; // tables name devices by number
  const storage = await open(device.path);
  try {
    const found = await readLabel(storage);
    if (found.state !== 'labelled') return 'no longer carries a label';
    const { label } = found;
    if (label.group.id !== group || label.pv !== pv) return `is now PV ${label.pv} of group ${label.group.id}`;
    if (!sameJson(label.regions, device.regions)) return 'has other regions than discover saw';
    return undefined;
  } finally {
    await storage.close();
  }
}

/** The machine-id must not leave the machine as it is (machine-id(5)): hashed with a word of our own. */
function hostId(): string {
  try {
    return sha256('dvm', readFileSync('/etc/machine-id')).toString('hex').slice(0, 32);
  } catch {
    return '';
  }
}
