import { readUses, type Uses } from '#blockdev/mounts.js';
import { type Opener, openersOf } from '#blockdev/openers.js';
import { isHeld } from '#dm/ioctl/held.js';
import { DvmError } from '#tool/errors.js';
import { sleep } from '#tool/pause.js';

/** A device that is to go and is open, as dmactivate names it in the details of `device-in-use`. */
interface OpenDevice {
  name: string;
  dev: string;
}

interface Opened extends OpenDevice {
  openers: Opener[];
}

/** Milliseconds between the looks; together more than udev's programs take, and less than five seconds. */
const pauses = [50, 100, 200, 400, 800, 1600, 1600];

/** What is asked of this machine; tests ask something else. */
export interface Asked {
  uses(): Uses;
  openers(dev: string): Opener[];
  held(dev: string): boolean;
  pauses: readonly number[];
}

const host: Asked = { uses: readUses, openers: openersOf, held: isHeld, pauses };

/**
 * Plans again while a device that is to go is open in udev's programs, or in none that could be found, and neither mounted nor
 * held by another device: udev looks into devices that have been written to, and lets go in a moment.
 *
 * @throws what `plan` throws; `device-in-use` says where the devices are mounted and who has them open
 */
export async function planPatiently<T>(plan: () => Promise<T>, asked: Asked = host): Promise<T> {
  for (let look = 0; ; look++) {
    try {
      return await plan();
    } catch (e) {
      const open = openDevices(e)?.map((d): Opened => ({ ...d, openers: asked.openers(d.dev) }));
      if (!open || !(e instanceof DvmError)) throw e;
      const pause = asked.pauses[look];
      if (pause === undefined || open.some((d) => stays(d, asked))) throw withUses(e, open, asked.uses());
      await sleep(pause);
    }
  }
}

function stays({ dev, openers }: Opened, asked: Asked): boolean {
  return openers.some((o) => !o.passing) || asked.held(dev);
}

function openDevices(e: unknown): OpenDevice[] | undefined {
  if (!(e instanceof DvmError) || e.code !== 'device-in-use' || !Array.isArray(e.details)) return undefined;
  return e.details.every(isOpenDevice) ? e.details : undefined;
}

function isOpenDevice(value: unknown): value is OpenDevice {
  const { name, dev } = (value ?? {}) as Partial<Record<keyof OpenDevice, unknown>>;
  return typeof name === 'string' && typeof dev === 'string';
}

/** dmactivate sees open counts alone; who mounts a device, swaps to it or has it open is known here. */
function withUses(e: DvmError, open: readonly Opened[], known: Uses): DvmError {
  const details = open.map(({ openers, ...d }) => ({ ...d, uses: [...(known.get(d.dev) ?? []), ...openers.map((o) => o.text)] }));
  const by = [...new Set(details.flatMap((d) => d.uses))];
  const message = by.length > 0 ? `${e.message}: ${by.join(', ')}` : e.message;
  return new DvmError(e.exit, { code: e.code, message, hint: e.hint, details }, e);
}
