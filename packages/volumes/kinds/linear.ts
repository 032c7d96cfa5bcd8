import type { Target } from '#dm/documents.js';
import type { SegmentOf } from '#metadata/kinds/kind.js';
import type { Mapping } from './kind.js';

/** `linear DEV OFFSET`; `error` where the device is missing. */
export function linear({ areas, count }: SegmentOf<'linear'>, m: Mapping): Target[] {
  const size = m.sectors(count);
  const place = areas[0] && m.place(areas[0], count);
  return [place ? { type: 'linear', size, args: `${place.device} ${place.sector}` } : { type: 'error', size, args: '' }];
}
