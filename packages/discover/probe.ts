import { mangle } from '#documents/names.js';
import { DvmError } from '#tool/errors.js';
import { readLabel } from './label-copies.js';
import type { World } from './world.js';

/**
 * What the label of one device says, as lines that udev imports; undefined where there is none that can be read. The name is
 * encoded: a label is whoever's wrote the disk, and a line break in it would be another variable.
 */
export async function probeDevice(path: string, world: Pick<World, 'open'>): Promise<string | undefined> {
  const label = await labelOf(path, world);
  if (!label) return undefined;
  const { group, pv } = label;
  return `DVM_GROUP=${group.id}\nDVM_GROUP_NAME=${mangle(group.name)}\nDVM_PV=${pv}\n`;
}

async function labelOf(path: string, { open }: Pick<World, 'open'>) {
  try {
    const storage = await open(path);
    try {
      const found = await readLabel(storage);
      return found.state === 'labelled' ? found.label : undefined;
    } finally {
      await storage.close();
    }
  } catch (e) {
    if (e instanceof DvmError) return undefined; // gone again, or nobody can read it: other rules see to that
    throw e;
  }
}
