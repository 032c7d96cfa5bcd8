import type { Current } from '#dm/documents.js';
import type { Draft } from '#metadata/draft.js';
import { partsOf } from '#metadata/kinds/kinds.js';
import type { Lv } from '#metadata/metadata.js';
import { layerOf, uuidOf } from '#volumes/identity.js';
import { missingDevices } from '#volumes/missing.js';
import { parseRaidStatus } from '#volumes/raid-status.js';

/** The kernel's devices by uuid. */
export type Live = ReadonlyMap<string, Current['devices'][string]>;

export function liveOf({ devices }: Current): Live {
  return new Map(Object.values(devices).map((d) => [d.uuid, d]));
}

/** Why an active volume is up with less than everything, in words; undefined when it has all. */
export function weaknessOf(draft: Draft, group: string, live: Live, id: string): string | undefined {
  const lost = [...new Set(missingDevices(draft, id))];
  if (lost.length > 0) return `without ${lost.map((pv) => nameOf(draft, pv)).join(', ')}`;
  const all = [id, ...partsOf(draft.lvs, id)].map((of) => live.get(uuidOf(group, of, layerOf(draft.lvs[of] as Lv))));
  const health = all.map((d) => parseRaidStatus(d?.status?.[0] ?? '')?.health ?? '').find((h) => /[D-]/.test(h));
  if (health === undefined) return undefined;
  const bad = [...health].flatMap((letter, i) => (/[D-]/.test(letter) ? [i] : []));
  return `without image ${bad.join(', ')}: the kernel has given ${bad.length > 1 ? 'them' : 'it'} up`;
}

function nameOf({ envelope }: Draft, pv: string): string {
  const last = envelope?.pvs[pv]?.path;
  return last ? `PV ${pv}, last at "${last}"` : `PV ${pv}`;
}
