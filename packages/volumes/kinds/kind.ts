import type { Target } from '#dm/documents.js';
import type { Area, Segment } from '#metadata/metadata.js';
import type { Extents, Sectors } from '#tool/units.js';

/** A place on a device as tables name it: a path, `major:minor`, or `@NAME` of another mapped device. */
export interface Place {
  device: string;
  sector: Sectors;
}

/** What a kind of segment knows of the volume it is mapped for. */
export interface Mapping {
  sectors(extents: Extents): Sectors;
  /** Where `length` extents of an area lie; undefined when its device is missing and the volume is mapped all the same. */
  place(area: Area, length: Extents): Place | undefined;
  /** A hidden device of that size on which every read and write fails, to stand in for a missing one. */
  filler(size: Sectors): Place;
}

/** Turns a segment into rows of the volume's table. One file a kind; kinds.ts lists them. */
export type SegmentKind = (segment: Segment, mapping: Mapping) => Target[];
