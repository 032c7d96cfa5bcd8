import { setTimeout as sleep } from 'node:timers/promises';
import { type Opener, openersOf } from '#blockdev/openers.js';
import { DvmError, fail } from '#tool/errors.js';

const retries = 50;
const pause = 100; // milliseconds

/** What a refusal tells of a device that is to go (see dmactivate). */
interface InUse {
  dev: string;
  uses: string[];
  heldBy: string[];
}

/**
 * Plans again, for five seconds at most, as long as the devices that are to go are open in udev's programs only, or in
 * nothing that could be found: udev looks into a device whenever a program that wrote to it has closed it.
 *
 * @throws DvmError `device-in-use` (exit 83), naming who was found
 */
export async function outwaitUdev<T>(
  plan: () => Promise<T>,
  openers: typeof openersOf = openersOf,
  wait: () => Promise<unknown> = () => sleep(pause),
): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await plan();
    } catch (e) {
      if (!(e instanceof DvmError) || e.code !== 'device-in-use') throw e;
      const found = devicesOf(e.details).map((device) => ({ ...device, openers: openers(device.dev) }));
      if (tries === retries || found.length === 0 || !found.every(passes)) throw naming(e, found);
    }
    await wait();
  }
}

/** The plan is made by a program that the config names: what it says is looked at before it is believed. */
function devicesOf(details: unknown): InUse[] {
  const isInUse = (d: Partial<InUse> | null): boolean =>
    typeof d?.dev === 'string' && Array.isArray(d.uses) && Array.isArray(d.heldBy);
  return Array.isArray(details) && details.every(isInUse) ? details : [];
}

function passes({ uses, heldBy, openers }: InUse & { openers: Opener[] }): boolean {
  return uses.length + heldBy.length === 0 && openers.every((o) => o.passing);
}

function naming({ exit, code, message, hint }: DvmError, found: (InUse & { openers: Opener[] })[]): DvmError {
  const details = found.map((d) => ({ ...d, openers: d.openers.map((o) => o.text) }));
  const by = [...new Set(details.flatMap((d) => d.openers))].map((text) => `, ${text}`).join('');
  return fail(exit, code, message + by, { ...(hint === undefined ? {} : { hint }), details });
}
