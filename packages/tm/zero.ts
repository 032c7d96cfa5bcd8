import { mapParallel } from '#blockdev/parallel.js';
import type { OpenStorage } from '#blockdev/storage.js';
import type { Region } from '#documents/regions.js';
import { SECTOR } from '#tool/units.js';

/** Devices written to at a time, bytes at a time. */
const DEVICES = 64;
const CHUNK = 1 << 20;

/**
 * Writes zeros over ranges of devices, one flush a device.
 *
 * @throws DvmError as opening and writing do
 */
export async function zero(open: OpenStorage, ranges: readonly Region[]): Promise<void> {
  const paths = [...new Set(ranges.map((r) => r.path))];
  await mapParallel(paths, DEVICES, (path) =>
    zeroOn(
      open,
      path,
      ranges.filter((r) => r.path === path),
    ),
  );
}

async function zeroOn(open: OpenStorage, path: string, ranges: readonly Region[]): Promise<void> {
  const storage = await open(path, { write: true });
  try {
    for (const { start, length } of ranges)
      for (let at = 0; at < length * SECTOR; at += CHUNK)
        await storage.write(start * SECTOR + at, Buffer.alloc(Math.min(CHUNK, length * SECTOR - at)));
    await storage.flush();
  } finally {
    await storage.close();
  }
}
