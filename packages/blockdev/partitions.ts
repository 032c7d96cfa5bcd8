import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { fail } from '#tool/errors.js';
import { errnoName, libc } from './libc.js';

const BLKRRPART = 0x125f; // <linux/fs.h>: _IO(0x12, 95)

/**
 * Makes the kernel read a disk's partition table again. A device that cannot have partitions is left as it is.
 *
 * @throws DvmError `partitions-in-use` (inUse) when one is open
 */
export async function rereadPartitions(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_EXCL | constants.O_NONBLOCK);
  try {
    const result = libc().ioctl(handle.fd, BLKRRPART, 0);
    const name = errnoName(result);
    if (result < 0 && name !== 'EINVAL' && name !== 'ENOTTY')
      throw fail('inUse', 'partitions-in-use', `the partitions of device "${path}" cannot be dropped: ${name}`);
  } finally {
    await handle.close();
  }
}
