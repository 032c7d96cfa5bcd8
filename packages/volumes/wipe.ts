import type { Region } from '#documents/regions.js';
import type { Draft } from '#metadata/draft.js';
import { areaLength } from '#metadata/kinds/kinds.js';
import { isPlain } from '#metadata/kinds/plain.js';
import type { Lv, Metadata, Segment } from '#metadata/metadata.js';
import { sizeOf } from '#metadata/segments.js';
import { isUsed, type Used, usedExtents } from '#metadata/used.js';
import { fail } from '#tool/errors.js';
import type { Extents, Sectors } from '#tool/units.js';

/** At each end of a volume: file systems, partition tables, arrays and encrypted volumes are known by what lies there. */
const END: Sectors = 2048;

/** Which volumes are new, and what the others used: found out when the first new one is to be wiped. */
export interface Before {
  lvs: Metadata['lvs'];
  used(pv: string): Used | undefined;
}

export function beforeOf(lvs: Metadata['lvs']): Before {
  let found: ReadonlyMap<string, Used> | undefined;
  return {
    lvs,
    used: (pv) => {
      found ??= usedExtents({}, lvs);
      return found.get(pv);
    },
  };
}

/**
 * The sectors of devices on which the first and the last MiB of a new volume lie; where a device is missing, nothing.
 *
 * @throws DvmError `extents-just-freed` (exit 83) when the volumes before used them: until the change is committed they
 *   may be needed again
 */
export function endsOf(draft: Draft, lv: Lv, before: Before): Region[] {
  const size = sizeOf(lv) * draft.vg.extentSize;
  const ends = [
    { from: 0, to: Math.min(END, size) },
    { from: Math.max(END, size - END), to: size },
  ];
  return ends.flatMap(({ from, to }) => lv.segments.flatMap((s) => rangesIn(draft, lv, s, from, to, before)));
}

/** What of the volume's sectors `from` up to `to` lies in a segment, area by area, in whole stripes. */
function rangesIn(draft: Draft, lv: Lv, s: Segment, from: Sectors, to: Sectors, before: Before): Region[] {
  const { extentSize } = draft.vg;
  const first = Math.max(from, s.start * extentSize) - s.start * extentSize;
  const end = Math.min(to, (s.start + s.count) * extentSize) - s.start * extentSize;
  if (first >= end) return [];
  const stripe = isPlain(s) && s.areas.length > 1 ? (s.stripeSize ?? extentSize) : 1;
  const start = Math.floor(first / (stripe * s.areas.length)) * stripe;
  const length = Math.min(Math.ceil(end / (stripe * s.areas.length)) * stripe, areaLength(s) * extentSize) - start;
  return s.areas.flatMap(({ pv, extent }) => {
    const path = pv === undefined ? undefined : draft.devices?.[pv]?.path;
    if (pv === undefined || path === undefined) return [];
    requireUnused(lv, before.used(pv), extent, areaLength(s));
    return [{ path, start: (draft.pvs[pv]?.dataStart ?? 0) + extent * extentSize + start, length }];
  });
}

function requireUnused(lv: Lv, used: Used | undefined, start: Extents, count: Extents): void {
  if (!used || !isUsed(used, start, count)) return;
  throw fail(
    'inUse',
    'extents-just-freed',
    `volume "${lv.name}" lies on extents that this very change frees, and is to be wiped`,
    {
      hint: 'make two changes of it, or keep what is there: --no-wipe',
    },
  );
}
