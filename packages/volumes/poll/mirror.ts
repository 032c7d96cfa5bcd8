import type { SegmentOf } from '#metadata/kinds/kind.js';
import type { Lv } from '#metadata/metadata.js';
import { type MirrorSegment, mirrorOf } from '#metadata/mirror/segments.js';
import { endMove, isMove } from '#metadata/pv-move.js';
import { sameJson } from '#tool/json.js';
import type { Device, Poll, Polled } from './poll.js';
import type { Progress, ProgressOf } from './progress.js';

/** The mirror of a move has copied everything: the new place stands alone from now on. */
export const pollMirror: Poll<SegmentOf<'mirror'>> = (polled, id, segment) => {
  const { draft, device, note } = polled;
  const lv = draft.lvs[id] as Lv;
  if (!isMove(lv)) return pollVolume(polled, id, segment);
  const progress = mirrorProgress(device(id));
  if (!progress || progress.failed || progress.done < progress.of) return;
  endMove(draft, id, 'target');
  note(`move "${lv.name}" is finished`);
};

/** Which images of a mirror hold everything, and which the kernel has given up. */
function pollVolume({ draft, device, note }: Polled, id: string, segment: MirrorSegment): void {
  const lv = draft.lvs[id] as Lv;
  const status = parseMirrorStatus(device(id)?.status?.[0] ?? '');
  if (status?.health.length !== segment.areas.length) return;
  const dead = [...status.health].flatMap((letter, i) => (letter === 'A' ? [] : [i]));
  for (const i of dead) if (!segment.failed?.includes(i)) note(`volume "${lv.name}": image ${i} has failed`);
  const { resync: _, failed: __, ...rest } = segment;
  const resync = status.done < status.of && (segment.resync || dead.length === 0) ? { resync: true as const } : {};
  const changed = { ...rest, ...resync, ...(dead.length > 0 ? { failed: dead } : {}) };
  if (!sameJson(changed, segment)) draft.setLv(id, { ...lv, segments: [changed] });
}

export const progressOfMirror: ProgressOf = (lv, id, device) => {
  const progress = mirrorOf(lv) ? mirrorProgress(device(id)) : undefined;
  return progress && { work: 'resync', ...progress };
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

/** The same of one row's line of status. */
export function mirrorProgressOf(status: string | undefined): Pick<Progress, 'done' | 'of'> | undefined {
  return parseMirrorStatus(status ?? '');
}

interface MirrorStatus {
  done: number;
  of: number;
  failed: boolean;
  /** A letter an image. */
  health: string;
}

/** The kernel's dm-raid1.c: `2 254:1 254:2 400/400 1 AA 1 core`; a letter an image: `A` alive, else what has failed: a write (`D`), flush (`F`), copy (`S`), read (`R`). */
function parseMirrorStatus(text: string): MirrorStatus | undefined {
  const words = text.split(' ');
  const after = words.slice(1 + Number(words[0]));
  const [, done, of] = /^(\d+)\/(\d+)$/.exec(after[0] ?? '') ?? [];
  const health = after[2] ?? '';
  if (done === undefined || of === undefined) return undefined;
  return { done: Number(done), of: Number(of), failed: !/^A+$/.test(health), health };
}
