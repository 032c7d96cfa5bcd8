import type { Volume } from '../documents.js';
import { unmountVolume } from './mount.js';
import type { World } from './world.js';

/**
 * Unmounts a volume, gives its space back and forgets it; goes on where a removal was interrupted.
 *
 * @throws DvmError `volume-in-use` (exit 83), with the volume as it was
 */
export async function removeVolume(world: World, volume: Volume): Promise<void> {
  await unmountVolume(world, volume);
  await world.keep({ ...volume, state: 'removing' }, false);
  await world.backend(volume).free(volume);
  world.host.removePlaces(volume.made, volume.mountPoint);
  await world.forget(volume);
}
