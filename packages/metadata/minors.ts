import { fail } from '#tool/errors.js';
import type { Problem } from './check.js';
import type { Draft } from './draft.js';
import type { Lv } from './metadata.js';

/** @throws DvmError `minor-taken` (exit 81): another volume of the group has that minor number */
export function refuseTakenMinor(draft: Draft, id: string, minor: number): void {
  const other = Object.entries(draft.lvs).find(([o, lv]) => o !== id && lv.minor === minor);
  if (other) throw fail('exists', 'minor-taken', `minor number ${minor} belongs to volume "${other[1].name}"`);
}

/** No two volumes of a group have one minor number, or they could not be active together. */
export function checkMinors(lvs: Draft['lvs']): Problem[] {
  const seen = new Map<number, string>();
  const out: Problem[] = [];
  for (const id in lvs) {
    const { minor, name } = lvs[id] as Lv;
    if (minor === undefined) continue;
    const other = seen.get(minor);
    if (other !== undefined)
      out.push({ code: 'minor', id, message: `volumes "${other}" and "${name}" have one minor number, ${minor}` });
    seen.set(minor, name);
  }
  return out;
}
