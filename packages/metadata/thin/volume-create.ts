import { fail } from '#tool/errors.js';
import { refuseCloning } from '../clone/segments.js';
import { compact } from '../compact.js';
import type { Draft } from '../draft.js';
import { findVolume } from '../lookup.js';
import type { Lv } from '../metadata.js';
import { checkNew, type NewVolumeFlags, newVolume } from '../new-volume.js';
import { sizeOf } from '../segments.js';
import { wantedSize } from '../sizes.js';
import { freeDeviceId, tellPool } from './messages.js';
import { poolSegment, type ThinSegment } from './segments.js';

export interface NewThin extends NewVolumeFlags {
  pool: string;
  /** With a unit; default: the external origin's. */
  virtualSize?: string | undefined;
  /** A volume that is read where nothing has been written yet. */
  externalOrigin?: string | undefined;
}

/**
 * Creates a thin volume.
 *
 * @returns notes for people
 * @throws DvmError `bad-name`, `no-size`, `bad-size`, `bad-tag` (exit 64), `no-volume` (exit 80), `name-taken`, `id-taken`,
 *   `minor-taken` (exit 81), `no-device-id` (exit 82), `not-a-pool`, `origin-writable` (exit 83)
 */
export function createThin(draft: Draft, t: NewThin): string[] {
  checkNew(draft, t);
  const pool = findPool(draft, t.pool);
  const origin = t.externalOrigin === undefined ? undefined : findOrigin(draft, t.externalOrigin, pool);
  const extentSize = draft.vg.extentSize;
  const { extents, rounded } =
    origin !== undefined && t.virtualSize === undefined ? sizeLike(draft, origin) : sizeGiven(t, extentSize);
  const device = freeDeviceId(draft, pool);
  const segment = compact<ThinSegment>({ start: 0, count: extents, type: 'thin', areas: [], pool, device, origin });
  draft.setLv(t.id, newVolume(t, { segments: [segment] }));
  tellPool(draft, pool, { create: device });
  return rounded ? [`volume "${t.name}": rounded up to ${extents} extents`] : [];
}

/** @throws DvmError `no-volume` (exit 80), `not-a-pool` (exit 83) */
export function findPool(draft: Draft, text: string): string {
  const id = findVolume(draft, text);
  if (poolSegment(draft.lvs[id])) return id;
  throw fail('inUse', 'not-a-pool', `volume "${draft.lvs[id]?.name}" is not a thin pool`, { hint: 'lv_thin_pool makes one' });
}

/** What thin volumes still read must not change: an external origin is read-only. */
function findOrigin(draft: Draft, text: string, pool: string): string {
  const id = findVolume(draft, text);
  const lv = draft.lvs[id] as Lv;
  if (id === pool || poolSegment(lv))
    throw fail('inUse', 'not-an-origin', `volume "${lv.name}" is a pool: it cannot be an origin`);
  refuseCloning(lv, 'it cannot be an external origin yet');
  if (lv.readOnly) return id;
  throw fail('inUse', 'origin-writable', `volume "${lv.name}" is to be an external origin, and is writable`, {
    hint: `lv_set ${lv.name} --read-only on`,
  });
}

function sizeLike(draft: Draft, origin: string): { extents: number; rounded: boolean } {
  return { extents: sizeOf(draft.lvs[origin] as Lv), rounded: false };
}

function sizeGiven({ name, virtualSize }: NewThin, extentSize: number): { extents: number; rounded: boolean } {
  if (virtualSize === undefined)
    throw fail('usage', 'no-size', `thin volume "${name}" needs a size`, { hint: 'for example --virtual-size 10G' });
  const none = (): number => 0;
  const size = wantedSize({ size: virtualSize }, extentSize, { VG: none, FREE: none, PVS: none });
  if (size.extents === 0 || size.share)
    throw fail('usage', 'bad-size', `virtual size "${virtualSize}" of volume "${name}" is not a size`);
  return size;
}
