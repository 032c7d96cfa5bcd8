import type { Extents } from '#tool/units.js';
import type { Draft } from '../draft.js';
import type { Segment } from '../metadata.js';

/** The segments of some types, e.g. `SegmentOf<'linear'>`. */
export type SegmentOf<T extends Segment['type']> = Segment extends infer S
  ? S extends { type: infer U }
    ? T extends U
      ? S
      : never
    : never
  : never;

/** Another volume that a segment stands on. */
export interface Reference {
  lv: string;
  /** `part`: hidden, belongs to this volume alone, is removed and renamed with it. `base`: stands by itself, others may use it too. */
  role: 'part' | 'base';
}

/** What is wrong with a segment: a stable code, and the end of a sentence that begins with the volume's name. */
export type State = [code: string, state: string];

/** What holds for the segments of one kind. */
export interface KindRules<S extends Segment> {
  /** Extents that it takes of each of its areas. */
  areaLength(segment: S): Extents;
  references(segment: S): readonly Reference[];
  /** Broken rules of its own; that references exist and areas lie within is checked for all kinds alike. */
  states(segment: S, draft: Draft): readonly State[];
}

/** What a sound segment that stands on no volume answers to both: nearly all do, and a list each would be most of the work. */
export const none: readonly never[] = [];
