import type { Target } from '../documents.js';
import type { Device } from './survey.js';

/**
 * The live snapshots that hand their chunks over to their origin when this device's table is switched: it becomes a
 * snapshot-merge, and they go. The kernel does it as that table comes up, and wants them to rest meanwhile
 * (drivers/md/dm-snap.c, snapshot_preresume).
 */
export function handedOver(d: Device): Device[] {
  if (!has(d.want?.targets, 'snapshot-merge') || !d.now || has(d.now.targets, 'snapshot-merge')) return [];
  const users = new Set(d.below.flatMap((b) => b.liveAbove));
  return [...users].filter((u) => !u.want && has(u.now?.targets, 'snapshot') && u.liveBelow.every((b) => d.below.includes(b)));
}

/** What they are from then on, until they are removed: they have nothing left to read. */
export function emptied({ now }: Device): Target[] {
  return (now?.targets ?? []).map(({ size }) => ({ type: 'error', size, args: '' }));
}

function has(targets: readonly Target[] | undefined, type: string): boolean {
  return targets?.some((t) => t.type === type) ?? false;
}
