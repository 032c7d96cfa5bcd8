import { HASH, hashPage } from '../format/table.js';
import type { OpenRegion } from './open-region.js';
import { damaged, type PlacedEntries } from './walk.js';

/**
 * The content of pages `from` up to `to`, each checked against its hash.
 *
 * @throws DvmError `region-damaged` (exit 74)
 */
export async function readPages(of: OpenRegion, pages: PlacedEntries, from = 0, to = pages.blocks.length): Promise<Buffer> {
  const lengths = pages.lengths.subarray(from, to);
  const content = Buffer.allocUnsafe(lengths.reduce((a, b) => a + b, 0));
  const found = await of.readBlocks(pages.blocks.subarray(from, to));
  let at = 0;
  for (let i = from; i < to; i++) {
    const number = pages.blocks[i] as number;
    const page = (found.get(number) as Buffer).subarray(0, pages.lengths[i]);
    if (pages.hashes.compare(hashPage(page), 0, HASH, i * HASH, (i + 1) * HASH) !== 0)
      throw damaged(of, `page ${i} of the content, in block ${number}, has a wrong checksum`, number);
    page.copy(content, at);
    at += page.length;
  }
  return content;
}
