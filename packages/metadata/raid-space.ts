import { type DvmError, fail } from '#tool/errors.js';
import { type Extents, formatSize } from '#tool/units.js';
import type { Draft } from './draft.js';
import { pvName } from './lookup.js';
import { totalOf } from './runs.js';
import type { Space } from './space.js';

/** What could not be placed. */
export interface ImagesWanted {
  /** For messages: `volume "data"`. */
  what: string;
  images: number;
  /** Extents of each. */
  length: Extents;
  /** What would be possible, where that is known. */
  longest?: Extents;
}

/** The error for images that find no room, each on PVs of its own: what is free where, and what would do. */
export function noRoomForImages(draft: Draft, { what, images, length, longest = 0 }: ImagesWanted, space: Space): DvmError {
  const size = (n: Extents): string => `${n} extents (${formatSize(n * draft.vg.extentSize)})`;
  const pvs = space.pvs.map((s) => ({ pv: s.pv, name: pvName(draft, s.pv), free: totalOf(s.runs) }));
  const enough = pvs.filter((p) => p.free >= length).length;
  const excluded = [...space.excluded].map(([pv, reason]) => ({ pv, name: pvName(draft, pv), reason }));
  const text = images === 1 ? `an image of ${size(length)}` : `${images} images of ${size(length)}, each on PVs of its own`;
  return fail('noSpace', 'no-space', `${what} needs ${text}: ${enough} of the usable PVs have as much free`, {
    hint: longest > 0 ? `images of up to ${size(longest)} are possible; otherwise add PVs with pv_add` : 'add PVs with pv_add',
    details: { images, length, possible: longest, pvs, excluded },
  });
}
