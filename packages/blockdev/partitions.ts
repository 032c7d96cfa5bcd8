import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { fail, isSystemError } from '#tool/errors.js';
import { errnoName, libc } from './libc.js';

const BLKRRPART = 0x125f; // <linux/fs.h>: _IO(0x12, 95)

/**
 * Makes the kernel read a disk's partition table again. A device that cannot have partitions is left as it is.
 *
 * @throws DvmError `partitions-in-use` (inUse) when one is open, or somebody has taken the disk
 */
export async function rereadPartitions(path: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_EXCL | constants.O_NONBLOCK);
    const result = libc().ioctl(handle.fd, BLKRRPART, 0);
    const name = errnoName(result);
    if (result < 0 && name !== 'EINVAL' && name !== 'ENOTTY') throw inUse(path, name);
  } catch (e) {
    if (isSystemError(e)) throw inUse(path, e.code ?? e.message, e);
    throw e;
  } finally {
    await handle?.close();
  }
}

function inUse(path: string, why: string, cause?: unknown) {
  return fail('inUse', 'partitions-in-use', `the partitions of device "${path}" cannot be dropped: ${why}`, {
    hint: 'a program has one of them open',
    cause,
  });
}
