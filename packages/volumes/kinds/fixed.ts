import type { Target } from '#dm/documents.js';
import type { SegmentOf } from '#metadata/kinds/kind.js';
import type { Mapping } from './kind.js';

/** `error` and `zero`, which take no arguments. */
export function fixed({ type, count }: SegmentOf<'error'>, m: Mapping): Target[] {
  return [{ type, size: m.sectors(count), args: '' }];
}
