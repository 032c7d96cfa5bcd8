import { statSync } from 'node:fs';
import type { OpenStorage } from '#blockdev/storage.js';
import { fail } from '#tool/errors.js';

/** A device of others that a clone reads from, as the plan names it; `size` in sectors. */
export interface CloneSource {
  /** Of the clone's device. */
  name: string;
  path: string;
  size: number;
}

/**
 * What a path means changes, and a clone of something else would be given out as whole: a source is a block device of the very
 * size that it had.
 *
 * @throws DvmError `no-source`, `other-source` (exit 84)
 */
export async function checkSource({ name, path, size }: CloneSource, open: OpenStorage, isBlock = isBlockDevice): Promise<void> {
  if (!isBlock(path))
    throw fail('outOfSync', 'no-source', `source "${path}" of clone "${name}" is not there, or is no block device`, {
      hint: 'bring it back, or leave the volume down: --deactivate',
    });
  const storage = await open(path);
  try {
    if (storage.size === size * 512) return;
    throw fail(
      'outOfSync',
      'other-source',
      `source "${path}" of clone "${name}" has ${storage.size / 512} sectors, not ${size}`,
      {
        hint: 'it is not the device that the clone was made of',
      },
    );
  } finally {
    await storage.close();
  }
}

function isBlockDevice(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isBlockDevice() ?? false;
}
