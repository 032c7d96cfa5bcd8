import { realpathSync } from 'node:fs';
import { type BlockDevice, deviceAt } from '#blockdev/sysfs.js';
import { fail, isSystemError } from '#tool/errors.js';
import type { Passed } from './candidates.js';
import type { Labelled, Scan, Unlabelled } from './scan.js';

/** The device that a path or a PV's id given by a user leads to, as the scan saw it. */
export type Target =
  | { state: 'labelled'; found: Labelled }
  | { state: 'unlabelled'; found: Unlabelled }
  | { state: 'duplicate'; found: Labelled }
  | { state: 'passed'; found: Passed; device: BlockDevice | undefined };

/**
 * Finds a device by any of its paths, or by the id of its PV.
 *
 * @throws DvmError `no-device` (80); `not-listed` (78) for an image file that the config does not name
 */
export function findTarget(path: string, found: Scan): Target {
  const all = targets(found);
  const target = all.find((t) => t.found.path === path || isPv(t, path)) ?? all.find(leadsTo(path));
  if (target) return target;
  throw fail('config', 'not-listed', `"${path}" is not among the devices that are looked at`, {
    hint: 'name an image file, or its directory, in discover.files of the config',
  });
}

function targets(found: Scan): Target[] {
  const nodes = new Map([...found.byName.values()].map((d) => [d.path, d]));
  return [
    ...found.labelled.map((d): Target => ({ state: 'labelled', found: d })),
    ...found.unlabelled.map((u): Target => ({ state: 'unlabelled', found: u })),
    ...found.duplicates.flatMap((d) => d.devices.map((x): Target => ({ state: 'duplicate', found: x }))),
    ...found.passed.map((p): Target => ({ state: 'passed', found: p, device: nodes.get(p.path) })),
  ];
}

function isPv(t: Target, id: string): boolean {
  return t.state === 'labelled' && t.found.label.pv === id;
}

/** By device number, or for image files by their real path: any link will do. */
function leadsTo(path: string): (t: Target) => boolean {
  const real = realPath(path);
  const dev = deviceAt(path);
  return (t) => (dev === undefined ? realpathOrSelf(t.found.path) === real : deviceOf(t) === dev);
}

function deviceOf(t: Target): string | undefined {
  return (t.state === 'passed' ? t.device : t.found.device)?.dev;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (e) {
    if (!isSystemError(e)) throw e;
    throw fail('notFound', 'no-device', `device "${path}" is not there: ${e.code}`, { cause: e });
  }
}

function realpathOrSelf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
