import { setTimeout as sleep } from 'node:timers/promises';
import { fail } from '#tool/errors.js';
import type { Volume } from '../documents.js';
import type { World } from './world.js';

/** Whether the volume, and nothing else, is mounted on its mount point. */
export function isMounted(world: World, volume: Volume): boolean {
  const dev = world.host.mountedAt(volume.mountPoint);
  return dev !== undefined && world.backend(volume).isDevice(volume, dev);
}

/** @throws DvmError `mounted-already` (exit 83) when something else is mounted there, and whatever attaching and mounting say */
export async function mountVolume(world: World, volume: Volume): Promise<void> {
  if (isMounted(world, volume)) return;
  world.host.survey(volume.mountPoint);
  const attached = await world.backend(volume).attach(volume);
  try {
    await world.host.mount(volume, attached.path);
  } finally {
    attached.release();
  }
  if (!isMounted(world, volume)) throw lost(volume);
}

function lost({ mountPoint }: Volume) {
  return fail('kernel', 'not-mounted', `volume is not on "${mountPoint}" though mount said that it is`, {
    hint: 'this process has a mount namespace of its own, or somebody moved the directory meanwhile',
  });
}

/** Once it is unmounted nobody may be left who has it mounted elsewhere: then it is mounted again, and refused. */
export async function unmountVolume(world: World, volume: Volume): Promise<void> {
  const { host } = world;
  const dev = host.mountedAt(volume.mountPoint);
  if (dev === undefined || !world.backend(volume).isDevice(volume, dev)) return;
  const elsewhere = host.alsoMountedAt(dev, volume.mountPoint);
  if (elsewhere.length > 0)
    throw inUse(
      volume,
      elsewhere.map((path) => `also mounted on ${path}`),
    );
  try {
    await host.unmount(volume.mountPoint);
  } catch (e) {
    const holders = host.holders(volume.mountPoint);
    throw holders.length > 0 ? inUse(volume, holders, e) : e;
  }
  if (!(await isLetGo(world, volume, dev))) await refuseContainers(world, volume, dev);
}

/** A loop device goes with its last user; whoever looks at every device as it changes has it open for a moment. */
async function isLetGo(world: World, volume: Volume, dev: string): Promise<boolean> {
  const backend = world.backend(volume);
  for (let waited = 0; waited < 15 && volume.backend === 'file'; waited += 5) {
    if (!backend.isDevice(volume, dev)) return true;
    await sleep(5);
  }
  return !backend.isDevice(volume, dev);
}

async function refuseContainers(world: World, volume: Volume, dev: string): Promise<void> {
  const holders = world.host.otherNamespaces(dev);
  if (holders.length === 0) return;
  await mountVolume(world, volume);
  throw inUse(volume, holders);
}

function inUse({ mountPoint }: Volume, holders: readonly string[], cause?: unknown) {
  return fail('inUse', 'volume-in-use', `volume on "${mountPoint}" is in use: ${holders.slice(0, 5).join(', ')}`, {
    hint: 'stop what uses it, then delete it again',
    details: { holders },
    cause,
  });
}
