import { fail } from '#tool/errors.js';
import type { Draft } from '../draft.js';
import { isPlain } from '../kinds/plain.js';
import type { Raid } from '../kinds/raid.js';
import { findVolume } from '../lookup.js';
import type { Lv } from '../metadata.js';
import { raidOf, refuseReshaping } from '../raid/resize.js';
import { addIntegrity, type IntegrityOptions, integritySegment, removeIntegrity } from './change.js';

/**
 * Gives a volume checksums, of what is on it too: a raid volume to each of its images, so that what one gives back otherwise
 * than it was written is read from the others and mended.
 *
 * @returns notes for people
 * @throws DvmError `bad-name` (exit 64), `reshaping` (exit 75), `no-volume`, `no-pv` (exit 80), `no-space` (exit 82), `no-integrity` (exit 83)
 */
export function giveIntegrity(draft: Draft, volume: string, options: IntegrityOptions): string[] {
  const id = findVolume(draft, volume);
  const lv = draft.lvs[id] as Lv;
  const raid = raidOf(lv);
  if (raid) refuseReshaping(lv, raid);
  const bare = storesOf(id, raid).filter((store) => !integritySegment(draft.lvs[store]));
  if (bare.length === 0) return [`volume "${lv.name}" has checksums already`];
  if (raid?.level === 'raid0' || !bare.every((store) => draft.lvs[store]?.segments.every(isPlain)))
    throw fail(
      'inUse',
      'no-integrity',
      `volume "${lv.name}" is neither linear, striped, nor redundant raid: it cannot have checksums`,
    );
  for (const store of bare) addIntegrity(draft, store, options, raid && imagesOf(raid).filter((image) => image !== store));
  return [];
}

/**
 * The way back: the data stays.
 *
 * @returns notes for people
 * @throws DvmError `no-volume` (exit 80)
 */
export function dropIntegrity(draft: Draft, volume: string): string[] {
  const id = findVolume(draft, volume);
  const lv = draft.lvs[id] as Lv;
  const stores = storesOf(id, raidOf(lv)).flatMap((store) => {
    const segment = integritySegment(draft.lvs[store]);
    return segment ? [{ store, segment }] : [];
  });
  if (stores.length === 0) return [`volume "${lv.name}" has no checksums`];
  for (const { store, segment } of stores) removeIntegrity(draft, store, segment);
  return [];
}

/** What checksums are of: the volume itself, or its images. */
function storesOf(id: string, raid: Raid | undefined): string[] {
  return raid ? imagesOf(raid) : [id];
}

function imagesOf({ areas }: Raid): string[] {
  return areas.flatMap((a) => a.lv ?? []);
}

/** How the images of a raid volume have their checksums, if they do. */
export function integrityOfImages({ lvs }: Pick<Draft, 'lvs'>, raid: Raid) {
  return imagesOf(raid)
    .map((image) => integritySegment(lvs[image]))
    .find((segment) => segment !== undefined);
}

/** @throws DvmError `has-integrity` (exit 83): images that come and go would have to have them too */
export function refuseIntegrityBelow(draft: Draft, lv: Lv): void {
  const raid = raidOf(lv);
  if (!raid || !integrityOfImages(draft, raid)) return;
  throw fail(
    'inUse',
    'has-integrity',
    `images of volume "${lv.name}" have checksums: it cannot become something else with them`,
    {
      hint: `lv_integrity ${lv.name} --off, and again after that`,
    },
  );
}
