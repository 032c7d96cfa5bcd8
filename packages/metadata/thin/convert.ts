import { fail } from '#tool/errors.js';
import type { Draft } from '../draft.js';
import { referencesOf } from '../kinds/kinds.js';
import { isPlain } from '../kinds/plain.js';
import { findVolume } from '../lookup.js';
import type { Lv } from '../metadata.js';
import { checkNew, newVolume } from '../new-volume.js';
import { sizeOf } from '../segments.js';
import { freeDeviceId, tellPool } from './messages.js';
import { thinSegment } from './segments.js';
import { findPool } from './volume-create.js';

export interface ToThin {
  volume: string;
  pool: string | undefined;
  /** Name of the volume that what is there becomes; default `VOLUME_origin`. */
  originName?: string | undefined;
  /** Of that volume: id, and time of creation (RFC 3339). */
  id: string;
  created: string;
}

/**
 * Makes a volume thin while it is in use. What it consists of becomes a read-only volume beside it, its external origin: that
 * is read where nothing has been written since, and may serve others too. Nothing is copied.
 *
 * @returns notes for people
 * @throws DvmError `no-pool`, `no-conversion`, `bad-name` (exit 64), `no-volume` (exit 80), `name-taken`, `id-taken` (exit 81),
 *   `no-device-id` (exit 82), `not-a-pool`, `volume-in-use` (exit 83)
 */
export function convertToThin(draft: Draft, { volume, pool, originName, id: origin, created }: ToThin): string[] {
  const id = findVolume(draft, volume);
  const lv = draft.lvs[id] as Lv;
  if (thinSegment(lv)) return [`volume "${lv.name}" already is thin`];
  refuseOthers(draft, id, lv);
  if (pool === undefined)
    throw fail('usage', 'no-pool', `no pool is given for volume "${lv.name}" to become thin in`, { hint: '--pool POOL' });
  const under = findPool(draft, pool);
  const name = originName ?? `${lv.name}_origin`;
  checkNew(draft, { id: origin, name });
  const flags = { id: origin, name, created, tags: [], readOnly: true, autoactivate: lv.autoactivate !== false };
  const device = freeDeviceId(draft, under);
  draft.setLv(origin, newVolume(flags, { segments: lv.segments, allocation: lv.allocation }));
  draft.setLv(id, { ...lv, segments: [{ start: 0, count: sizeOf(lv), type: 'thin', areas: [], pool: under, device, origin }] });
  tellPool(draft, under, { create: device });
  return [`volume "${lv.name}" reads from "${name}" what is not written to it from now on`];
}

/** What holds a state of its own cannot be two devices while one becomes the other; and others may not find it changed. */
function refuseOthers(draft: Draft, id: string, lv: Lv): void {
  const other = lv.segments.find((s) => !isPlain(s));
  if (other)
    throw fail('usage', 'no-conversion', `volume "${lv.name}" is ${other.type}, and cannot become thin`, {
      hint: 'linear and striped volumes can',
    });
  const user = Object.values(draft.lvs).find((l) => l.segments.flatMap(referencesOf).some((r) => r.lv === id));
  if (user)
    throw fail('inUse', 'volume-in-use', `volume "${lv.name}" is used by volume "${user.name}"`, {
      hint: `remove "${user.name}" first`,
    });
}
