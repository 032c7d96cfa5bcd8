import { fail } from '#tool/errors.js';
import { compact } from '../compact.js';
import type { Draft } from '../draft.js';
import type { CloneSegment } from '../kinds/clone.js';
import { pullUp } from '../layers.js';
import type { Lv } from '../metadata.js';

/** The segment of a volume that is being cloned; undefined for any other volume. */
export function cloneSegment(lv: Lv | undefined): CloneSegment | undefined {
  const segment = lv?.segments[0];
  return segment?.type === 'clone' ? segment : undefined;
}

/** Everything has been copied: the volume stands by itself from now on. */
export function endClone(draft: Draft, id: string, { areas, meta }: CloneSegment): void {
  pullUp(draft, id, areas[0]?.lv ?? '');
  draft.removeLv(meta);
}

/**
 * Has a clone copied in the background, or not.
 *
 * @returns notes for people
 * @throws DvmError `not-a-clone` (exit 83)
 */
export function setHydration(draft: Draft, id: string, hydration: 'on' | 'off'): string[] {
  const lv = draft.lvs[id] as Lv;
  const segment = cloneSegment(lv);
  if (!segment) throw fail('inUse', 'not-a-clone', `volume "${lv.name}" is not being cloned`);
  const next = compact<CloneSegment>({ ...segment, hydration: hydration === 'off' ? false : undefined });
  if (next.hydration === segment.hydration) return [`volume "${lv.name}": hydration is ${hydration} already`];
  draft.setLv(id, { ...lv, segments: [next] });
  return [];
}

/** @throws DvmError `cloning` (exit 83) for a volume whose source is still read */
export function refuseCloning(lv: Lv, what: string): void {
  if (cloneSegment(lv))
    throw fail('inUse', 'cloning', `volume "${lv.name}" is still being cloned: ${what}`, {
      hint: 'wait until everything is copied: vg_wait, then any change of the group, e.g. vg_check',
    });
}
