import { fail } from '#tool/errors.js';
import * as make from './instructions.js';
import type { Step } from './phase1.js';
import type { Device, Survey } from './survey.js';

/** A device of a minor number of its own is made before all others, which get what is free; also one that comes up later. */
export function reserve(d: Device): Step[] {
  return !d.now && hasMinor(d) ? [{ run: make.create(d, d.want?.minor), undo: [make.remove(d)] }] : [];
}

/** Whether `reserve` makes it. */
export function hasMinor({ want }: Device): boolean {
  return want?.minor !== undefined;
}

/**
 * A new device cannot have the minor number of a present one, not even of one that goes with the same change: new ones
 * are made first.
 *
 * @throws DvmError minor-taken (exit 81)
 */
export function checkMinors({ devices, empty, present }: Survey): void {
  const fresh = devices.filter((d) => !d.now && hasMinor(d));
  if (fresh.length === 0) return;
  const holders = new Map(present.filter((d) => !empty.includes(d)).map((d) => [Number(d.dev.split(':')[1]), d]));
  for (const { name, want } of fresh) {
    const holder = holders.get(want?.minor ?? Number.NaN);
    if (holder)
      throw fail('exists', 'minor-taken', `minor number ${want?.minor} of "${name}" belongs to device "${holder.name}"`, {
        hint: 'deactivate that one first, or choose another number: lv_set --minor',
        details: { minor: want?.minor, name: holder.name, uuid: holder.uuid },
      });
  }
}
