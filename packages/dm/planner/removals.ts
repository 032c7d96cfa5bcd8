import { fail } from '#tool/errors.js';
import { liveParentsFirst } from './order.js';
import type { Stages } from './stages.js';
import type { Device, Present, Survey } from './survey.js';

/** Devices to be removed, each list in the order of removal: what uses before what is used. */
export interface Removals {
  /** Before the commit. */
  early: Device[];
  /** Used by a device that stays until its table is switched in phase 2. */
  late: Device[];
}

/** @throws DvmError device-in-use (exit 83): somebody else has one of them open */
export function planRemovals(s: Survey, { late: switched }: Stages): Removals {
  const gone = liveParentsFirst(s.devices).filter((d) => !d.want);
  const late = new Set<Device>();
  for (const d of gone) if (d.liveAbove.some((a) => late.has(a) || (a.want && switched.has(a)))) late.add(d);
  refuseOpen(s, gone, switched);
  return { early: gone.filter((d) => !late.has(d)), late: gone.filter((d) => late.has(d)) };
}

interface InUse {
  name: string;
  uuid: string;
  openCount: number;
  /** Mapped devices that stand on it and stay. */
  heldBy: string[];
}

/** A stale inactive table holds devices open too, and nobody sees which: for those the kernel's own refusal has to do. */
function refuseOpen(s: Survey, gone: readonly Device[], switched: ReadonlySet<Device>): void {
  const stale = s.empty.length + s.devices.filter((d) => d.now?.inactive).length;
  const removed = [...gone.flatMap((d) => (d.now ? [d.now] : [])), ...s.empty];
  const leaves = (user: Device): boolean => !user.want || switched.has(user);
  const used = removed.flatMap((now): InUse[] => {
    const users = s.byDev(now.dev)?.liveAbove ?? [];
    const leaving = users.filter(leaves).length;
    const staying = users.length - leaving;
    if (staying === 0 && now.openCount <= leaving + stale) return [];
    const heldBy = holders(now, s).filter((name) => !users.some((u) => u.name === name && leaves(u)));
    return [{ name: now.name, uuid: now.uuid, openCount: now.openCount, heldBy }];
  });
  if (used[0]) throw inUse(used[0], used);
}

function holders(now: Present, s: Survey): string[] {
  return s.present.filter((d) => d.deps.includes(now.dev)).map((d) => d.name);
}

function inUse({ name, openCount, heldBy }: InUse, all: InUse[]) {
  const by = heldBy.length > 0 ? `, used by "${heldBy.join('", "')}"` : '';
  const more = all.length > 1 ? ` (and ${all.length - 1} more)` : '';
  return fail('inUse', 'device-in-use', `device "${name}" is in use: open count ${openCount}${by}${more}`, {
    hint: 'unmount it or stop what uses it, then try again',
    details: all,
  });
}
