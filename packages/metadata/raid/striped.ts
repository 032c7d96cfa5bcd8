import type { Draft } from '../draft.js';
import { areaLength } from '../kinds/kinds.js';
import { isPlain } from '../kinds/plain.js';
import type { Raid } from '../kinds/raid.js';
import { type PartIds, putPart } from '../layers.js';
import { mergeSegments } from '../merge-segments.js';
import type { Area, Lv, Segment } from '../metadata.js';
import { sizeOf } from '../segments.js';
import { imageName } from './images.js';

/** How many stripes a volume has, and of which size, where all its segments are striped alike over PVs. */
export function stripesOf({ segments }: Lv): { stripes: number; stripeSize: number } | undefined {
  const [first] = segments;
  if (first?.type !== 'striped') return undefined;
  const { areas, stripeSize = 0 } = first;
  const isLike = (s: Segment): boolean =>
    isPlain(s) && s.areas.length === areas.length && s.stripeSize === stripeSize && s.areas.every((a) => a.pv !== undefined);
  return segments.every(isLike) ? { stripes: areas.length, stripeSize } : undefined;
}

/** Makes an image of each stripe of a striped volume. Rows of extents hold whole rows of chunks, so nothing moves. */
export function imagesOfStripes(
  draft: Draft,
  id: string,
  { stripes, stripeSize }: { stripes: number; stripeSize: number },
  ids: PartIds,
): Raid {
  const lv = draft.lvs[id] as Lv;
  draft.setLv(id, { ...lv, segments: [] });
  const areas = Array.from({ length: stripes }, (_, i) => {
    const name = imageName(lv.name, i);
    const part = ids(name);
    putPart(draft, part, { name, segments: mergeSegments(lv.segments.map((s) => column(s, i, stripes))), hidden: true });
    return { lv: part, extent: 0 };
  });
  return { start: 0, count: sizeOf(lv), type: 'raid', level: 'raid0', areas, stripeSize };
}

function column(segment: Segment, i: number, stripes: number): Segment {
  return { start: segment.start / stripes, count: areaLength(segment), type: 'linear', areas: [segment.areas[i] as Area] };
}

/** The way back: what the images of a raid0 lie on becomes stripes of the volume. */
export function stripesOfImages(draft: Draft, id: string, { areas, stripeSize = 0 }: Raid): void {
  const images = areas.map(({ lv = '' }) => (draft.lvs[lv] as Lv).segments);
  const cuts = [...new Set(images.flatMap((segments) => segments.map((s) => s.start)))].sort((a, b) => a - b);
  const end = sizeOf({ name: '', segments: images[0] ?? [] });
  const segments = cuts.map((start, i): Segment => {
    const count = ((cuts[i + 1] ?? end) - start) * areas.length;
    return { start: start * areas.length, count, type: 'striped', areas: images.map((s) => placeAt(s, start)), stripeSize };
  });
  for (const { lv = '' } of areas) draft.removeLv(lv);
  draft.setLv(id, { ...(draft.lvs[id] as Lv), segments });
}

function placeAt(segments: readonly Segment[], extent: number): Area {
  const segment = segments.find((s) => extent >= s.start && extent < s.start + s.count) as Segment;
  const area = segment.areas[0] as Area;
  return { ...area, extent: area.extent + extent - segment.start };
}
