import type { Log } from '#daemon/log.js';
import { fail } from '#tool/errors.js';
import { asDvmError } from '#tool/invoke.js';
import type { Volume } from '../documents.js';
import { undone } from './create.js';
import { isMounted, mountVolume } from './mount.js';
import { removeVolume } from './remove.js';
import type { World } from './world.js';

/**
 * Brings volumes back after a start of the machine or of the service: what is ready is mounted; what was begun or half removed
 * and belongs to no job is undone, or finished.
 *
 * @param jobs volumes that jobs will go on with
 */
export async function restoreVolumes(world: World, jobs: ReadonlySet<string>, log: Log, atOnce: number): Promise<void> {
  for (const todo of byDepth([...world.volumes.values()])) {
    const worker = async (): Promise<void> => {
      for (let volume = todo.shift(); volume; volume = todo.shift()) await restore(world, volume, jobs, log);
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  }
}

/** A volume may be mounted in another one: the outer ones come first. */
function byDepth(volumes: readonly Volume[]): Volume[][] {
  const levels: Volume[][] = [];
  for (const volume of volumes) {
    const depth = volume.mountPoint.split('/').length;
    levels[depth] = [...(levels[depth] ?? []), volume];
  }
  return levels.filter((level) => level.length > 0);
}

async function restore(world: World, volume: Volume, jobs: ReadonlySet<string>, log: Log): Promise<void> {
  const facts = { volume: volume.id, mountPoint: volume.mountPoint };
  try {
    if (volume.state === 'ready') {
      if (volume.docker || isMounted(world, volume)) return;
      await mountVolume(world, volume);
      log('info', 'volume-mounted', facts);
    } else if (!jobs.has(volume.id)) {
      if (volume.state === 'removing') await removeVolume(world, volume);
      else await abandon(world, volume);
      log('info', 'volume-cleared', { ...facts, state: volume.state });
    }
  } catch (e) {
    const { code, message } = asDvmError(e);
    log('error', 'volume-not-restored', { ...facts, code, message });
  }
}

/** Nobody waits for it any more: Docker asks again. */
async function abandon(world: World, volume: Volume): Promise<void> {
  const cause = fail('aborted', 'interrupted', `making of volume "${volume.id}" was interrupted`);
  const left = await undone(world, volume, cause);
  if (left !== cause) throw left;
}
