import { fail } from '#tool/errors.js';
import type { Current } from './documents.js';
import { type Kernel, KernelError } from './kernel.js';

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

/** Targets that change by themselves, so that what they report is worth a call of its own. */
const reports = new Set([
  ...['thin-pool', 'thin', 'raid', 'mirror', 'snapshot', 'snapshot-merge'],
  ...['cache', 'writecache', 'integrity', 'clone', 'era'],
]);

function describe(kernel: Kernel, name: string, scope: string | undefined): Current['devices'][string] | undefined {
  try {
    const { uuid, dev, openCount, suspended, readOnly, inactiveTable: inactive, eventNr, liveTable } = kernel.info(name);
    if (scope !== undefined && !uuid.startsWith(scope)) return undefined;
    const targets = liveTable ? kernel.table(name, {}) : [];
    const deps = liveTable ? kernel.deps(name) : [];
    const status = targets.some((t) => reports.has(t.type)) ? { status: kernel.status(name).map((t) => t.args) } : {};
    return { uuid, dev, openCount, suspended, readOnly, inactive, targets, deps, eventNr, ...status };
  } catch (e) {
    if (e instanceof KernelError && e.code === 'ENXIO') return undefined;
    throw e;
  }
}
