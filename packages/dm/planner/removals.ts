import { fail } from '#tool/errors.js';
import { liveParentsFirst } from './order.js';
import type { Stages } from './stages.js';
import type { Device, Survey } from './survey.js';

/** Devices to be removed, each list in the order of removal: what uses before what is used. */
export interface Removals {
  /** Before the commit. */
  early: Device[];
  /** In phase 2: used by a device that stays until its table is switched, or a snapshot. */
  late: Device[];
}

/** @throws DvmError device-in-use (exit 83): somebody else has one of them open */
export function planRemovals(s: Survey, { late: switched }: Stages): Removals {
  const gone = liveParentsFirst(s.devices).filter((d) => !d.want);
  const late = new Set<Device>();
  for (const d of gone) if (isSnapshot(d) || d.liveAbove.some((a) => late.has(a) || switched.has(a))) late.add(d);
  refuseOpen(s, gone);
  return { early: gone.filter((d) => !late.has(d)), late: gone.filter((d) => late.has(d)) };
}

/** What its origin is written while it is away it would lack: it goes when there is no way back. */
function isSnapshot({ now }: Device): boolean {
  return now?.targets.some((t) => t.type === 'snapshot') ?? false;
}

interface InUse {
  name: string;
  uuid: string;
  dev: string;
  openCount: number;
  /** Mapped devices of others that stand on it. */
  heldBy: string[];
}

/**
 * Own devices that use one which goes are gone or switched to other tables when its turn comes. A stale inactive table
 * holds devices open too, and nobody sees which: for those the kernel's own refusal has to do.
 */
function refuseOpen(s: Survey, gone: readonly Device[]): void {
  const stale = s.empty.length + s.devices.filter((d) => d.now?.inactive).length;
  const removed = [...gone.flatMap((d) => (d.now ? [d.now] : [])), ...s.empty];
  const used = removed.flatMap((now): InUse[] => {
    const users = s.byDev(now.dev)?.liveAbove ?? [];
    if (now.openCount <= users.length + stale) return [];
    const heldBy = s.present.filter((d) => d.deps.includes(now.dev) && !users.some((u) => u.name === d.name)).map((d) => d.name);
    return [{ name: now.name, uuid: now.uuid, dev: now.dev, openCount: now.openCount, heldBy }];
  });
  if (used[0]) throw inUse(used[0], used);
}

function inUse({ name, openCount, heldBy }: InUse, all: InUse[]) {
  const by = heldBy.length > 0 ? `, used by "${heldBy.join('", "')}"` : '';
  const more = all.length > 1 ? ` (and ${all.length - 1} more)` : '';
  return fail('inUse', 'device-in-use', `device "${name}" is in use: open count ${openCount}${by}${more}`, {
    hint: 'unmount it or stop what uses it, then try again',
    details: all,
  });
}
