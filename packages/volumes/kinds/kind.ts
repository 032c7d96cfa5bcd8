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
  /** `@NAME` of another volume's device, which is mapped with this one. */
  volume(lv: string, options?: PartOptions): string;
  /** `@NAME` of one more hidden device of this volume: `GROUP-VOLUME-LAYER`. */
  layer(layer: string, targets: Target[]): string;
  /** Whether a volume lies on a missing device, where the volume above it may do without (`degraded`, `partial`). */
  lost(lv: string): boolean;
  /** What lies on missing devices is to fail, instead of the volume being refused. */
  partial: boolean;
  /** A hidden device of that size on which every read and write fails, to stand in for a missing one. */
  filler(size: Sectors): Place;
}

export interface PartOptions {
  /** It must read as zeros where it is new: what lies there now would be taken for its content. */
  blank?: boolean;
}

/** Turns a segment into rows of the volume's table. One file a kind; kinds.ts lists them. */
export type SegmentKind<S extends Segment> = (segment: S, mapping: Mapping) => Target[];
