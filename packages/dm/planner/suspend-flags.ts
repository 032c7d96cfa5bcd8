import type { Target } from '../documents.js';
import type { Device } from './survey.js';
import { sizeOf } from './tables.js';

export interface SuspendFlags {
  noFlush?: true;
  lockFs?: true;
}

/**
 * How a device is suspended when its table changes from the live to the wanted one.
 *
 * - The file system is frozen only where a snapshot is to find it clean: the device becomes the origin of a
 *   thick snapshot, becomes thin, or gets another external origin.
 * - What is in flight is waited for, unless the device is a mirror, thin volume or pool before and after, stands
 *   on the same devices, and (not being thin) keeps its size: those hold the I/O back themselves. A mirror of which
 *   an image fails holds writes back until it gets another table: it would fail them if it were to finish them.
 */
export function suspendFlags({ now, want, below }: Device): SuspendFlags {
  if (!now || !want) return {};
  const [live, wanted] = [now.targets, want.targets];
  return {
    ...(mayHoldBack(live, wanted) ? { noFlush: true } : {}),
    ...(needsFreeze(live, wanted) || getsSnapshot(below) ? { lockFs: true } : {}),
  };
}

/** One more snapshot of what is an origin already: it stands on the same layer. */
function getsSnapshot(below: readonly Device[]): boolean {
  return below.some((b) => b.above.some((d) => !d.now && d.want && has(d.want.targets, 'snapshot')));
}

function needsFreeze(live: readonly Target[], wanted: readonly Target[]): boolean {
  const becomes = (type: string): boolean => has(wanted, type) && !has(live, type);
  return becomes('snapshot-origin') || becomes('thin') || externalOrigin(wanted) !== externalOrigin(live);
}

/** `POOL ID [ORIGIN]` */
function externalOrigin(targets: readonly Target[]): string {
  return targets.flatMap((t) => (t.type === 'thin' ? t.args.split(' ').slice(2) : [])).join();
}

function mayHoldBack(live: readonly Target[], wanted: readonly Target[]): boolean {
  if (live.every((t) => t.type === 'mirror') && sizeOf(live) === sizeOf(wanted)) return true;
  const thin = wanted.every((t) => t.type === 'thin');
  const sameType =
    live.length === wanted.length && live.every((t, i) => t.type === wanted[i]?.type && holdsBack.includes(t.type));
  return sameType && (thin || (sizeOf(live) === sizeOf(wanted) && live.every((t, i) => t.args === wanted[i]?.args)));
}

const holdsBack = ['mirror', 'thin', 'thin-pool'];

function has(targets: readonly Target[], type: string): boolean {
  return targets.some((t) => t.type === type);
}
