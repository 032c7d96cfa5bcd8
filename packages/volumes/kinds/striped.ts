import type { Target } from '#dm/documents.js';
import type { SegmentOf } from '#metadata/kinds/kind.js';
import type { Mapping } from './kind.js';
import { linear } from './linear.js';

/** `striped COUNT CHUNK (DEV OFFSET)…`; a missing device is stood in for, so that the other stripes can be read. */
export function striped(segment: SegmentOf<'striped'>, m: Mapping): Target[] {
  const { areas, count, stripeSize = 0 } = segment;
  if (areas.length === 1) return linear(segment, m);
  const length = count / areas.length;
  const places = areas.map((area) => m.place(area, length) ?? m.filler(m.sectors(length)));
  const args = [areas.length, stripeSize, ...places.map((p) => `${p.device} ${p.sector}`)].join(' ');
  return [{ type: 'striped', size: m.sectors(count), args }];
}
