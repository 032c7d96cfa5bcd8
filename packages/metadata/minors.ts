import { fail } from '#tool/errors.js';
import type { VolumeCheck } from './check.js';
import type { Draft } from './draft.js';

/** @throws DvmError `minor-taken` (exit 81): another volume of the group has that minor number */
export function refuseTakenMinor(draft: Draft, id: string, minor: number): void {
  const other = Object.entries(draft.lvs).find(([o, lv]) => o !== id && lv.minor === minor);
  if (other) throw fail('exists', 'minor-taken', `minor number ${minor} belongs to volume "${other[1].name}"`);
}

/** No two volumes of a group have one minor number, or they could not be active together. */
export function minorsOnce(): VolumeCheck {
  const seen = new Map<number, string>();
  return (id, { minor, name }) => {
    if (minor === undefined) return undefined;
    const other = seen.get(minor);
    seen.set(minor, name);
    if (other === undefined) return undefined;
    return { code: 'minor', id, message: `volumes "${other}" and "${name}" have one minor number, ${minor}` };
  };
}
