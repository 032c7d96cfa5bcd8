import { readUses } from '#blockdev/mounts.js';
import { fail } from '#tool/errors.js';
import type { Current } from './documents.js';
import { type Kernel, KernelError } from './kernel.js';

/** `dump` of the running kernel, which also tells who has a device open, as far as that can be seen. */
export function dumpWithUses(kernel: Kernel, scope?: string): Current {
  const current = dump(kernel, scope);
  const open = Object.values(current.devices).filter((d) => d.openCount > 0);
  const uses = open.length > 0 ? readUses() : new Map<string, string[]>();
  for (const device of open) {
    const users = uses.get(device.dev);
    if (users) device.uses = users;
  }
  return current;
}

/**
 * The devices that exist, foreign ones too; with a scope only those whose uuid starts with it. A device that
 * vanishes meanwhile is left out.
 *
 * @throws DvmError kernel-refused (exit 71)
 */
export function dump(kernel: Kernel, scope?: string): Current {
  try {
    return { kind: 'current', version: 1, devices: describeAll(kernel, scope) };
  } catch (e) {
    if (e instanceof KernelError) throw fail('kernel', 'kernel-refused', `devices cannot be listed: ${e.message}`, { cause: e });
    throw e;
  }
}

function describeAll(kernel: Kernel, scope: string | undefined): Current['devices'] {
  const devices: Current['devices'] = {};
  for (const { name } of kernel.list()) {
    const device = describe(kernel, name, scope);
    if (device) devices[name] = device;
  }
  return devices;
}

function describe(kernel: Kernel, name: string, scope: string | undefined): Current['devices'][string] | undefined {
  try {
    const { uuid, dev, openCount, suspended, readOnly, inactiveTable: inactive, eventNr, liveTable } = kernel.info(name);
    if (scope !== undefined && !uuid.startsWith(scope)) return undefined;
    const targets = liveTable ? kernel.table(name, {}) : [];
    const deps = liveTable ? kernel.deps(name) : [];
    return { uuid, dev, openCount, suspended, readOnly, inactive, targets, deps, eventNr };
  } catch (e) {
    if (e instanceof KernelError && e.code === 'ENXIO') return undefined;
    throw e;
  }
}
