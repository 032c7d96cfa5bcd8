import { fail } from '#tool/errors.js';
import type { Draft } from '../draft.js';
import type { Writecache } from '../kinds/writecache.js';
import { pullUp } from '../layers.js';
import type { Lv } from '../metadata.js';

/** The segment of a volume with a writecache; undefined for any other. */
export function writecacheSegment(lv: Lv | undefined): Writecache | undefined {
  const segment = lv?.segments[0];
  return segment?.type === 'writecache' ? segment : undefined;
}

/** The cache goes; what it was before stays, as the volume itself. */
export function takeOffWritecache(draft: Draft, id: string, { areas, cache }: Writecache): void {
  pullUp(draft, id, areas[0]?.lv ?? '');
  draft.removeLv(cache);
}

/**
 * A second table over a writecache would not know what the first one still holds.
 *
 * @throws DvmError `has-writecache` (exit 83)
 */
export function refuseWritecache(lv: Lv, what: string): void {
  if (writecacheSegment(lv))
    throw fail('inUse', 'has-writecache', `volume "${lv.name}" has a writecache: ${what}`, {
      hint: `lv_writecache ${lv.name} --off`,
    });
}
