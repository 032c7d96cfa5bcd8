import type { Target } from '#dm/documents.js';
import type { CryptSegment } from '#metadata/kinds/crypt.js';
import type { Mapping } from './kind.js';

/** `crypt CIPHER :SIZE:TYPE:DESCRIPTION IV-OFFSET DEV 0 [N OPTION…]`, options in the order in which the kernel prints them. */
export function crypt({ areas, cipher, key, sectorSize, ivOffset = 0, discards, count }: CryptSegment, m: Mapping): Target[] {
  const options = [...(discards ? ['allow_discards'] : []), ...(sectorSize === undefined ? [] : [`sector_size:${sectorSize}`])];
  const reference = `:${key.size}:${key.type}:${key.description}`;
  const words = [
    cipher,
    reference,
    ivOffset,
    m.volume(areas[0]?.lv ?? ''),
    0,
    ...(options.length > 0 ? [options.length, ...options] : []),
  ];
  return [{ type: 'crypt', size: m.sectors(count), args: words.join(' ') }];
}
