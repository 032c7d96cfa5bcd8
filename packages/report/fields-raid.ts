import { raidOf } from '#metadata/raid/resize.js';
import { parseRaidStatus, type RaidStatus } from '#volumes/raid-status.js';
import { lvFields, type Value } from './field.js';
import type { LvView } from './views.js';

/** Of raid volumes while they are active. */
export const raidTable = lvFields([
  ['sync_percent', 'count', 'Cpy%Sync', 'raid: how much of it is in sync', (l) => ofStatus(l, percent)],
  [
    'raid_sync_action',
    'string',
    'SyncAction',
    'raid: idle, resync, recover, check, repair …',
    (l) => ofStatus(l, (s) => s.action),
  ],
  [
    'raid_mismatch_count',
    'count',
    'Mismatches',
    'raid: sectors that differed, by the last check',
    (l) => ofStatus(l, (s) => s.mismatches),
  ],
]);

/** What the kernel says of a raid volume. */
function raidStatus({ lv, status }: LvView): RaidStatus | undefined {
  return raidOf(lv) ? parseRaidStatus(status ?? '') : undefined;
}

/** What is wrong with a raid volume although no PV is missing, in LVM2's words. */
export function raidHealth(l: LvView): 'refresh needed' | 'mismatches exist' | undefined {
  const status = raidStatus(l);
  if (raidOf(l.lv)?.failed || status?.health.includes('D')) return 'refresh needed';
  return status?.action === 'idle' && status.mismatches > 0 ? 'mismatches exist' : undefined;
}

/** The first letter of `lv_attr`: raid, one of its images, the kernel's records of one. */
export function raidLetter({ lv }: LvView): string | undefined {
  if (raidOf(lv)) return 'r';
  if (!lv.hidden) return undefined;
  return /_rimage_\d+$/.test(lv.name) ? 'i' : /_rmeta_\d+$/.test(lv.name) ? 'e' : undefined;
}

function ofStatus(l: LvView, of: (status: RaidStatus) => Value): Value {
  const status = raidStatus(l);
  return status ? of(status) : null;
}

function percent({ done, of }: RaidStatus): number {
  return of === 0 ? 0 : Math.floor((done / of) * 10_000) / 100;
}
