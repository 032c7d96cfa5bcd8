import type { Target } from '#dm/documents.js';
import type { SegmentOf } from '#metadata/kinds/kind.js';
import { mergeSegments } from '#metadata/merge-segments.js';
import type { Segment } from '#metadata/metadata.js';
import { cache } from './cache.js';
import { clone } from './clone.js';
import { crypt } from './crypt.js';
import { fixed } from './fixed.js';
import { integrity } from './integrity.js';
import type { Mapping, SegmentKind } from './kind.js';
import { linear } from './linear.js';
import { mirror } from './mirror.js';
import { raid } from './raid.js';
import { snapshot } from './snapshot.js';
import { striped } from './striped.js';
import { thin } from './thin.js';
import { thinPool } from './thin-pool.js';
import { writecache } from './writecache.js';

const kinds: { readonly [T in Segment['type']]: SegmentKind<SegmentOf<T>> } = {
  linear,
  striped,
  error: fixed,
  zero: fixed,
  raid,
  'thin-pool': thinPool,
  thin,
  mirror,
  snapshot,
  cache,
  clone,
  integrity,
  crypt,
  writecache,
};

/** All rows of a volume's table. */
export function rowsOf(mapping: Mapping): Target[] {
  return mergeSegments(mapping.lv.segments).flatMap((s) => targetsOf(s, mapping));
}

/** The rows that a segment becomes. */
function targetsOf(segment: Segment, mapping: Mapping): Target[] {
  const map = kinds[segment.type] as unknown as SegmentKind<Segment>; // as in packages/metadata/kinds
  return map(segment, mapping);
}
