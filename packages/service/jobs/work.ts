import { fail } from '#tool/errors.js';
import type { Settings } from '../config.js';
import type { Job, Volume } from '../documents.js';
import { createVolume } from '../volumes/create.js';
import { removeVolume } from '../volumes/remove.js';
import type { World } from '../volumes/world.js';

export type WorkRules = Pick<Settings, 'backend' | 'fs' | 'dvm' | 'limits' | 'ownOnly'>;

/**
 * Does what a job asks for, or what is left of it to be done.
 *
 * @param found told the volume that a delete is about to remove
 * @throws DvmError what becomes of the job's failure
 */
export async function doJob(world: World, rules: WorkRules, job: Job, now: string, found: (volume: string) => Promise<void>) {
  if (job.action === 'delete') return removeAt(world, rules, job, found);
  const volume = volumeOf(rules, job, now);
  if (!world.volumes.has(volume.id)) checkLimits(world, rules, job.sender);
  await createVolume(world, volume);
}

function volumeOf({ backend, fs, dvm }: WorkRules, { volume = '', sender, mountPoint, sizeMB = 0 }: Job, now: string): Volume {
  return {
    ...{ kind: 'dvs-volume', version: 1, id: volume, mountPoint, sizeMB, fs, backend, sender },
    ...(backend === 'dvm' && dvm && { group: dvm.group, ...(dvm.pool !== undefined && { pool: dvm.pool }) }),
    ...{ state: 'creating', formatted: false, made: [], created: now },
  };
}

function checkLimits(world: World, { limits }: WorkRules, sender: string): void {
  const all = [...world.volumes.values()];
  const own = all.filter((v) => v.sender === sender).length;
  if (own >= limits.volumesPerSender)
    throw fail('noSpace', 'too-many-volumes', `sender "${sender}" has ${own} volumes, the limit is ${limits.volumesPerSender}`);
  if (all.length >= limits.volumes)
    throw fail('noSpace', 'too-many-volumes', `there are ${all.length} volumes, the limit is ${limits.volumes}`);
}

async function removeAt(world: World, { ownOnly }: WorkRules, job: Job, found: (volume: string) => Promise<void>): Promise<void> {
  const { mountPoint, sender } = job;
  const known = job.volume === undefined ? undefined : world.volumes.get(job.volume);
  if (job.volume !== undefined && !known) return; // removed before the last kill
  const volume = known ?? [...world.volumes.values()].find((v) => v.mountPoint === mountPoint && !v.docker);
  if (!volume)
    throw fail('notFound', 'no-volume', `no volume of this service is on "${mountPoint}"`, {
      hint: 'only what it has made is deleted; see dvs volumes',
    });
  if (ownOnly && volume.sender !== sender)
    throw fail('permission', 'not-the-owner', `volume on "${mountPoint}" belongs to another sender than "${sender}"`);
  if (!known) await found(volume.id);
  await removeVolume(world, volume);
}
