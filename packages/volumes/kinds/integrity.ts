import type { Target } from '#dm/documents.js';
import type { IntegritySegment } from '#metadata/kinds/integrity.js';
import { tagSizes } from '#metadata/kinds/integrity.schema.js';
import type { Mapping } from './kind.js';

/** `integrity DATA 0 TAG-BYTES MODE N OPTION…`, options in the order in which the kernel prints them. */
export function integrity(segment: IntegritySegment, m: Mapping): Target[] {
  const { areas, meta, mode, algorithm, blockSize, journalSize, recalculate, count } = segment;
  const options = [
    `meta_device:${m.volume(meta, { blank: true })}`,
    ...(blockSize === 512 ? [] : [`block_size:${blockSize}`]),
    ...(recalculate ? ['recalculate'] : []),
    `journal_sectors:${journalSize}`,
    `internal_hash:${algorithm}`,
  ];
  const letter = mode === 'journal' ? 'J' : 'B';
  const args = [m.volume(areas[0]?.lv ?? ''), 0, tagSizes[algorithm], letter, options.length, ...options].join(' ');
  return [{ type: 'integrity', size: m.sectors(count), args }];
}
