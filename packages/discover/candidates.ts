import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type BlockDevice, linksByDevice, type Roots } from '#blockdev/sysfs.js';
import { fail, isSystemError } from '#tool/errors.js';
import { type DiscoverConfig, filterOf } from './config.js';

/** A device or image file whose label is to be read. */
export interface Candidate {
  path: string;
  /** What sysfs says; absent for an image file. */
  device?: BlockDevice;
}

/** A device that is not looked at, or not used, and why. */
export interface Passed {
  path: string;
  code: string;
  reason: string;
}

export interface Candidates {
  candidates: Candidate[];
  passed: Passed[];
  /** All block devices by the kernel's name, for holders. */
  byName: Map<string, BlockDevice>;
}

/** What there is to look at: the kernel's block devices and the config's image files, less what is passed over. */
export function findCandidates(config: DiscoverConfig, devices: BlockDevice[], roots: Roots): Candidates {
  const out: Candidates = { candidates: [], passed: [], byName: new Map(devices.map((d) => [d.name, d])) };
  const accepts = filterOf(config);
  const filtered = (config.accept?.length ?? 0) + (config.reject?.length ?? 0) > 0;
  const links = filtered ? linksByDevice(roots) : new Map<string, string[]>();
  for (const device of devices) {
    const path = device.path ?? device.name;
    const why = accepts([path, ...(links.get(device.dev) ?? [])]) ? unfit(device, config.nested ?? false) : rejected;
    if (why) out.passed.push({ path, ...why });
    else out.candidates.push({ path, device });
  }
  addFiles(config.files ?? [], devices, out);
  return out;
}

const rejected = { code: 'rejected', reason: 'rejected by the filter in the config' };

/** Prefix of the uuid of every device-mapper device that dvm makes. */
const OWN = 'DVM-';

function unfit(d: BlockDevice, nested: boolean): Omit<Passed, 'path'> | undefined {
  if (d.path === undefined) return { code: 'no-node', reason: `no node in /dev is device ${d.dev}` };
  if (d.size === 0) return { code: 'empty', reason: 'its size is 0' };
  if (d.dev.startsWith('2:')) return { code: 'floppy', reason: 'it is a floppy disk' };
  if (d.dev.startsWith('11:')) return { code: 'cd', reason: 'it is a CD or DVD' };
  if (!nested && d.dm?.uuid.startsWith(OWN)) return { code: 'own-device', reason: `it is a volume of dvm, "${d.dm.name}"` };
  return undefined;
}

function addFiles(paths: string[], devices: BlockDevice[], out: Candidates): void {
  if (paths.length === 0) return;
  const loops = new Map(devices.flatMap((d) => (d.backingFile ? [[d.backingFile, d.path ?? d.name]] : [])));
  const seen = new Set<string>();
  for (const path of paths.flatMap(imagesAt)) {
    const real = realpathSync(path);
    if (seen.has(real)) continue;
    seen.add(real);
    const loop = loops.get(real);
    if (loop) out.passed.push({ path, code: 'component', reason: `it is the file behind "${loop}"` });
    else out.candidates.push({ path });
  }
}

/** A file itself, or the files in a directory. */
function imagesAt(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const names = readdirSync(path).sort();
    return names.map((name) => join(path, name)).filter((p) => statSync(p, { throwIfNoEntry: false })?.isFile());
  } catch (e) {
    if (!isSystemError(e)) throw e;
    throw fail('notFound', 'no-device', `"${path}" of the config's discover.files cannot be read: ${e.code}`, { cause: e });
  }
}

/** What fails together with a device: the disk that it is a partition of, or that the one device below it is on. */
export function diskOf({ path, device }: Candidate, byName: Map<string, BlockDevice>): string {
  if (!device) return path;
  const name = device.parent ?? (device.slaves.length === 1 ? device.slaves[0] : undefined);
  const below = name === undefined ? undefined : byName.get(name);
  return below ? diskOf({ path: below.path ?? below.name, device: below }, byName) : path;
}

/** True when a device that dvm made for this group lies on `device`: its PV is active. */
export function isActive(device: BlockDevice | undefined, groupId: string, byName: Map<string, BlockDevice>): boolean {
  return device?.holders.some((h) => byName.get(h)?.dm?.uuid.startsWith(`${OWN}${groupId}-`)) ?? false;
}
