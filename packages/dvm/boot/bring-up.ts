import { DvmError, type ExitName } from '#tool/errors.js';

/** A volume that should be up and is not. */
export interface Skipped {
  volume: string;
  code: string;
  message: string;
}

/** What concerns volumes and not their group: without them the others may come up. */
const ofVolumes: readonly ExitName[] = ['outOfSync', 'kernel', 'aborted', 'pending', 'badInput', 'inUse', 'exists'];

/**
 * Brings up all volumes that can be; those that cannot are named, and keep none of the others down. All at once where
 * nothing is wrong; else without those that the refusal names; else in halves, until those are found that are at fault.
 *
 * @param names of volumes
 * @throws what `activate` throws for reasons that are not a volume's: the group is locked, there is no device-mapper
 */
export async function bringUp(
  names: readonly string[],
  activate: (names: readonly string[]) => Promise<void>,
): Promise<Skipped[]> {
  if (names.length === 0) return [];
  try {
    await activate(names);
    return [];
  } catch (e) {
    if (!(e instanceof DvmError) || !ofVolumes.includes(e.exit) || e.code === 'stale-devices') throw e;
    const lost = missingOf(e, names);
    if (lost.length > 0)
      return [
        ...lost,
        ...(await bringUp(
          names.filter((n) => !lost.some((s) => s.volume === n)),
          activate,
        )),
      ];
    if (names.length === 1) return [{ volume: names[0] as string, code: e.code, message: e.message }];
    const half = Math.ceil(names.length / 2);
    return [...(await bringUp(names.slice(0, half), activate)), ...(await bringUp(names.slice(half), activate))];
  }
}

interface MissingPv {
  pv: string;
  lastPath: string | null;
  volumes: string[];
}

/** The volumes that `missing-device` names, each with the first of its PVs that is not there. */
function missingOf({ code, details }: DvmError, names: readonly string[]): Skipped[] {
  if (code !== 'missing-device' || !Array.isArray(details)) return [];
  const pvs = details as MissingPv[]; // our own error, of volumes/missing.ts
  return names.flatMap((volume) => {
    const found = pvs.find((p) => p.volumes.includes(volume));
    const at = found?.lastPath ? `, last at "${found.lastPath}",` : '';
    return found ? [{ volume, code, message: `PV "${found.pv}"${at} is missing` }] : [];
  });
}
