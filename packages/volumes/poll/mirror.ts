import type { SegmentOf } from '#metadata/kinds/kind.js';
import type { Lv } from '#metadata/metadata.js';
import { endMove, isMove } from '#metadata/pv-move.js';
import type { Device, Poll } from './poll.js';
import type { Progress, ProgressOf } from './progress.js';

/** The mirror of a move has copied everything: the new place stands alone from now on. */
export const pollMirror: Poll<SegmentOf<'mirror'>> = ({ draft, device, note }, id) => {
  const lv = draft.lvs[id] as Lv;
  if (!isMove(lv)) return;
  const progress = mirrorProgress(device(id));
  if (!progress || progress.failed || progress.done < progress.of) return;
  endMove(draft, id, 'target');
  note(`move "${lv.name}" is finished`);
};

export const progressOfMove: ProgressOf = (lv, id, device) => {
  const progress = isMove(lv) ? mirrorProgress(device(id)) : undefined;
  return progress && { work: 'move', ...progress };
};

/** Regions in sync over all rows of a mirror's status; undefined for what is no mirror. */
export function mirrorProgress(device: Device | undefined): Omit<Progress, 'work'> | undefined {
  const rows = (device?.status ?? []).map(parseMirrorStatus);
  if (!device || rows.length === 0 || rows.some((r) => r === undefined)) return undefined;
  const sum = (of: (r: MirrorStatus) => number): number => rows.reduce((n, r) => n + of(r as MirrorStatus), 0);
  return { done: sum((r) => r.done), of: sum((r) => r.of), failed: rows.some((r) => r?.failed) };
}

interface MirrorStatus {
  done: number;
  of: number;
  failed: boolean;
}

/** The kernel's dm-raid1.c: `2 254:1 254:2 400/400 1 AA 1 core`; a letter an image, `A` while it is alive. */
function parseMirrorStatus(text: string): MirrorStatus | undefined {
  const words = text.split(' ');
  const after = words.slice(1 + Number(words[0]));
  const [, done, of] = /^(\d+)\/(\d+)$/.exec(after[0] ?? '') ?? [];
  const health = after[2] ?? '';
  if (done === undefined || of === undefined) return undefined;
  return { done: Number(done), of: Number(of), failed: !/^A+$/.test(health) };
}
