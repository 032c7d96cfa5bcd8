import { realpathSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Devices } from '#documents/devices.js';
import { fail } from '#tool/errors.js';

/** Milliseconds between two looks. */
const askAgain = 100;

export type Arrived = { kind: 'group'; devices: Devices } | { kind: 'devices'; paths: string[] };

/** What is there at one moment. */
export interface Sight {
  /** The devices of the group, if any is labelled for it. */
  group: Devices | undefined;
  /** Real paths of the devices that were named, those that are there. */
  present: string[];
  absent: string[];
}

/** What to do with what is there; undefined: wait for more. */
export function arrived({ group, present, absent }: Sight): Arrived | undefined {
  if (group && Object.keys(group.missing).length === 0) return { kind: 'group', devices: group };
  return !group && absent.length === 0 && present.length > 0 ? { kind: 'devices', paths: present } : undefined;
}

/**
 * Waits until all of the group is there, or, while nothing is known of it, all devices that were named.
 *
 * @param deadline by `performance.now()`
 * @throws DvmError `devices-missing` (exit 84), `no-storage` (exit 80)
 */
export async function arrival(
  look: () => Promise<Devices | undefined>,
  named: readonly string[],
  deadline: number,
): Promise<Arrived> {
  for (;;) {
    const sight = { group: await look(), ...presence(named) };
    const found = arrived(sight);
    if (found) return found;
    if (performance.now() >= deadline) throw tooLate(sight);
    await sleep(askAgain);
  }
}

/** Waits for all devices that were named. Returns their real paths. */
export async function allPresent(named: readonly string[], deadline: number): Promise<string[]> {
  const come = await arrival(async () => undefined, named, deadline);
  return come.kind === 'devices' ? come.paths : [];
}

function tooLate({ group, absent }: Sight) {
  if (!group)
    return fail(
      'notFound',
      'no-storage',
      `no pool was found, and these devices did not come: ${absent.join(', ') || 'none is named'}`,
      {
        hint: 'see --device-timeout',
      },
    );
  const missing = Object.entries(group.missing).map(([id, { lastPath }]) => `${id}, last at ${lastPath ?? 'an unknown place'}`);
  return fail('outOfSync', 'devices-missing', `pool "${group.group.name}" is there without ${missing.join('; ')}`, {
    hint: 'nothing was changed; connect the devices, or see dvm doctor',
    details: { missing: group.missing },
  });
}

/** Which of these are block devices now. Real paths: two links to one device are one device. */
export function presence(named: readonly string[]): { present: string[]; absent: string[] } {
  const real = named.map((path) => [path, blockDevice(path)] as const);
  return {
    present: [...new Set(real.flatMap(([, to]) => (to === undefined ? [] : [to])))],
    absent: real.flatMap(([path, to]) => (to === undefined ? [path] : [])),
  };
}

function blockDevice(path: string): string | undefined {
  try {
    return statSync(path).isBlockDevice() ? realpathSync(path) : undefined;
  } catch {
    return undefined;
  }
}
