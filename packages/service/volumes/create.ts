import { type DvmError, fail } from '#tool/errors.js';
import { asDvmError } from '#tool/invoke.js';
import type { Volume } from '../documents.js';
import type { Backend } from './backend.js';
import { mountVolume, unmountVolume } from './mount.js';
import type { World } from './world.js';

/**
 * Makes a volume, or goes on with one that was begun. In order: record, space, file system, mount point, mount, tidied root;
 * each looks at what is there before it acts. The record says what cannot be seen from the outside: which directories
 * are new, and that the file system is made, after which nothing formats it again.
 *
 * @returns its record, `ready`
 * @throws DvmError what went wrong, with nothing left of the volume; `details.undo` is what could not be undone
 */
export async function createVolume(world: World, asked: Volume): Promise<Volume> {
  const known = world.volumes.get(asked.id);
  if (known?.state === 'ready') return known;
  const begun = known ?? { ...asked, made: world.host.survey(asked.mountPoint) };
  if (!known) await world.keep(begun, true);
  try {
    return await finish(world, begun);
  } catch (e) {
    throw await undone(world, begun, asDvmError(e));
  }
}

async function finish(world: World, begun: Volume): Promise<Volume> {
  const backend = world.backend(begun);
  let volume = begun;
  if (!volume.formatted) {
    await backend.allocate(volume);
    await world.host.format(volume, backend.formatPath(volume));
    volume = { ...volume, formatted: true };
    await world.keep(volume, false);
  }
  await mountVolume(world, volume);
  world.host.tidy(volume);
  if (volume.docker) await unmountVolume(world, volume);
  volume = { ...volume, state: 'ready' };
  await world.keep(volume, true);
  return volume;
}

/** Takes back what was done, last step first; what it was done for failed with `cause`. */
export async function undone(world: World, volume: Volume, cause: DvmError): Promise<DvmError> {
  try {
    await discard(world, volume, world.backend(volume));
    return cause;
  } catch (e) {
    const { code, message } = asDvmError(e);
    const { message: first, hint, exit, code: firstCode } = cause;
    return fail(exit, firstCode, `${first}; and not all could be undone: ${message}`, {
      ...(hint !== undefined && { hint }),
      details: { cause: cause.details, undo: { code, message } },
      cause,
    });
  }
}

async function discard(world: World, volume: Volume, backend: Backend): Promise<void> {
  await unmountVolume(world, volume);
  await backend.free(volume);
  world.host.removePlaces(volume.made, volume.mountPoint);
  await world.forget(volume);
}
