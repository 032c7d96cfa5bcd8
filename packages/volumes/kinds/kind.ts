import type { Desired, Target } from '#dm/documents.js';
import type { Draft } from '#metadata/draft.js';
import type { Area, Lv, Segment } from '#metadata/metadata.js';
import type { Extents, Sectors } from '#tool/units.js';
import type { ActivationMode } from '../mode.js';

/** A place on a device as tables name it: a path, `major:minor`, or `@NAME` of another mapped device. */
export interface Place {
  device: string;
  sector: Sectors;
}

/** What a hidden device of a volume is besides its table. */
export type LayerOptions = Partial<Pick<Desired['devices'][string], 'messages'>>;

/** What a kind of segment knows of the volume it is mapped for. */
export interface Mapping {
  readonly id: string;
  readonly lv: Lv;
  /** All volumes of the group, and those of the version before, where that is known. */
  readonly lvs: Draft['lvs'];
  readonly previous: Draft['lvs'] | undefined;
  /** The same for another volume, to map a layer of it that does not need the volume itself. */
  of(lv: string): Mapping;
  /** The uuid of a volume's device. */
  uuid(lv: string): string;
  /** Whether all devices that a volume and its parts lie on are there. */
  complete(lv: string): boolean;
  sectors(extents: Extents): Sectors;
  /** Where `length` extents of an area lie; undefined when its device is missing and the volume is mapped all the same. */
  place(area: Area, length: Extents): Place | undefined;
  /** `@NAME` of another volume's device, which is mapped with this one. */
  volume(lv: string, options?: PartOptions): string;
  /** The rows of the volume's segments. */
  rows(): Target[];
  /** `@NAME` of one more hidden device of this volume: `GROUP-VOLUME-LAYER`. */
  layer(layer: string, targets: Target[], options?: LayerOptions): string;
  /** The same of one that has been made. */
  made(layer: string): string | undefined;
  /** A table for the volume's device where the kernel refuses the one that it is given. */
  otherwise(targets: Target[]): void;
  /** The first line of status of the volume's device, where it is up and that is known. */
  status(): string | undefined;
  /** What the chosen volume does where devices are missing. */
  mode: ActivationMode;
  /** A hidden device of that size on which every read and write fails, to stand in for a missing one. */
  filler(size: Sectors): Place;
}

export interface PartOptions {
  /**
   * Whether its ends are zeroed if it is new, because what lies on it now means nothing. Default: parts of volumes that
   * are new to users are.
   */
  blank?: boolean;
}

/** Turns a segment into rows of the volume's table. One file a kind; kinds.ts lists them. */
export type SegmentKind<S extends Segment> = (segment: S, mapping: Mapping) => Target[];
