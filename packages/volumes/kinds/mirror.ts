import type { Target } from '#dm/documents.js';
import type { SegmentOf } from '#metadata/kinds/kind.js';
import type { Mapping } from './kind.js';

/**
 * `mirror core 1 REGION COUNT (DEV OFFSET)… 1 handle_errors`: a failing image is left out instead of failing the write.
 * With a log: `mirror disk 2 LOGDEV REGION …`. The order is that in which the kernel prints it.
 */
export function mirror({ areas, count, regionSize, log }: SegmentOf<'mirror'>, m: Mapping): Target[] {
  const places = areas.map((area) => m.place(area, count) ?? m.filler(m.sectors(count)));
  const kept = log === undefined ? ['core', 1, regionSize] : ['disk', 2, m.volume(log, { blank: true }), regionSize];
  const args = [...kept, places.length, ...places.map((p) => `${p.device} ${p.sector}`), 1, 'handle_errors'];
  return [{ type: 'mirror', size: m.sectors(count), args: args.join(' ') }];
}
