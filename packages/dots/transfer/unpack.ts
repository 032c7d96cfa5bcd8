import { createHash } from 'node:crypto';
import { fail } from '#tool/errors.js';
import type { Frame } from '../format/extents.js';
import { blockSize } from '../format/limits.js';
import { codec } from '../format/zstd.js';
import type { Registry } from '../registry/registry.js';

/** @throws DvmError `wrong-digest` (exit 65), `bad-frame` (exit 65) */
export async function contentOf(frame: Frame, bytes: Buffer): Promise<Buffer> {
  const size = frame.blocks * blockSize;
  const content = await codec().decompress(bytes, size);
  if (content.length !== size || !hasDigest(content, frame))
    throw fail(
      'badInput',
      'wrong-digest',
      `the frame at byte ${frame.offset} of pack "${frame.pack}" does not hold what its index says`,
      {
        hint: 'the pack or the index is damaged in the registry',
      },
    );
  return content;
}

export function hasDigest(content: Buffer, frame: Frame): boolean {
  return createHash('sha256').update(content).digest('hex') === frame.sha256;
}

/**
 * Bytes of a pack and the content of frames in them, by frame, each verified. Where one is wrong, all is fetched once more.
 *
 * @param size of the pack
 */
export async function fetchFrames(
  registry: Registry,
  { pack, offset, length }: { pack: string; offset: number; length: number },
  size: number,
  frames: readonly Frame[],
): Promise<Buffer[]> {
  const once = async (): Promise<Buffer[]> => {
    const bytes = await registry.range(pack, offset, length, size);
    const inside = (f: Frame): Buffer => bytes.subarray(f.offset - offset, f.offset - offset + f.length);
    return Promise.all(frames.map((f) => contentOf(f, inside(f))));
  };
  return once().catch((e: Error & { code?: string }) => {
    if (e.code === 'wrong-digest' || e.code === 'bad-frame') return once();
    throw e;
  });
}
