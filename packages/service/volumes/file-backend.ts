import { closeSync, constants, existsSync, ftruncateSync, lstatSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { attachLoop, isLoopOver } from '#blockdev/loop.js';
import { runSystemProgram } from '#blockdev/system-program.js';
import { fail, isSystemError } from '#tool/errors.js';
import type { Volume } from '../documents.js';
import type { Backend } from './backend.js';

const MB = 1 << 20;

/**
 * Volumes in image files, ID.img beside the volume's record, under loop devices that go by themselves when they are
 * unmounted.
 *
 * @param allocation sparse: blocks are taken as they are written, and may run out; reserved: all at once
 */
export function fileBackend(directory: string, allocation: 'sparse' | 'reserved'): Backend {
  const image = ({ id }: Volume): string => join(directory, `${id}.img`);
  return {
    allocate: async (volume) => {
      await makeImage(image(volume), volume.sizeMB * MB, allocation === 'reserved');
    },
    formatPath: image,
    attach: async (volume) => {
      const loop = attachLoop(image(volume));
      return { path: loop.path, release: loop.close };
    },
    isDevice: (volume, dev) => {
      const loop = dev.startsWith('7:') ? `/dev/loop${dev.slice(2)}` : undefined;
      return loop !== undefined && isLoopOver(loop, image(volume));
    },
    free: async (volume) => rmSync(image(volume), { force: true }),
    list: async () => readdirSync(directory).flatMap((file) => (file.endsWith('.img') ? [file.slice(0, -'.img'.length)] : [])),
  };
}

/** The name is made durable with that of the volume's record, which is in the same directory and written later. */
async function makeImage(path: string, bytes: number, reserve: boolean): Promise<void> {
  if (existsSync(path) && !lstatSync(path).isFile()) throw fail('exists', 'not-an-image', `image "${path}" is something else`);
  try {
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
    try {
      ftruncateSync(fd, bytes);
    } finally {
      closeSync(fd);
    }
  } catch (e) {
    if (!isSystemError(e)) throw e;
    throw fail('noSpace', 'no-image', `image "${path}" of ${bytes / MB} MB cannot be made: ${e.code}`, { cause: e });
  }
  if (reserve) await runSystemProgram({ name: 'fallocate', args: ['--length', String(bytes), path], from: 'util-linux' });
}
