import type { Draft } from '#metadata/draft.js';
import { partsOf } from '#metadata/kinds/kinds.js';
import { fail } from '#tool/errors.js';

/** PVs without a device, and the names of the volumes that need them. */
export type Missing = Map<string, Set<string>>;

/** @throws DvmError missing-device (exit 84) when there are any */
export function refuseMissing(draft: Draft, missing: Missing): void {
  const all = [...missing].map(([pv, volumes]) => ({ pv, lastPath: lastPath(draft, pv), volumes: [...volumes].sort() }));
  const [first] = all;
  if (!first) return;
  const at = first.lastPath === null ? '' : `, last at "${first.lastPath}",`;
  const more = all.length > 1 ? ` (and ${all.length - 1} more PVs)` : '';
  const volumes = first.volumes.map((v) => `"${v}"`).join(', ');
  throw fail('outOfSync', 'missing-device', `PV "${first.pv}"${at} is missing, needed by ${volumes}${more}`, {
    hint: 'bring it back, leave these volumes out (--deactivate), or do without it: --activation-mode degraded or partial',
    details: all,
  });
}

function lastPath(draft: Draft, pv: string): string | null {
  return draft.envelope?.pvs[pv]?.path ?? null;
}

/** The PVs without a device that a volume and its parts lie on. */
export function missingDevices({ lvs, devices }: Draft, id: string): string[] {
  const areas = [id, ...partsOf(lvs, id)].flatMap((lv) => lvs[lv]?.segments.flatMap((s) => s.areas) ?? []);
  return areas.flatMap(({ pv }) => (pv !== undefined && !devices?.[pv] ? [pv] : []));
}
