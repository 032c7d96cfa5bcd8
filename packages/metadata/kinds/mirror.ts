import type { KindRules, Reference, SegmentOf, State } from './kind.js';

type Mirror = SegmentOf<'mirror'>;

/** The kernel's smallest region: a page. */
const smallestRegion = 8;

export const mirror: KindRules<Mirror> = {
  areaLength: ({ count }) => count,
  references: ({ areas, log }) => [...areas.flatMap(({ lv }) => lv ?? []), ...(log === undefined ? [] : [log])].map(part),
  states: ({ start, regionSize }): State[] =>
    Number.isInteger(Math.log2(regionSize)) && regionSize >= smallestRegion
      ? []
      : [
          [
            'region-size',
            `has a mirror at ${start} with regions of ${regionSize} sectors: not a power of two from ${smallestRegion}`,
          ],
        ],
};

function part(lv: string): Reference {
  return { lv, role: 'part' };
}
