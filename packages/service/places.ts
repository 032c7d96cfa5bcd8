import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectories } from '#tool/directories.js';
import { fail } from '#tool/errors.js';

/** What is where in a state directory. */
export interface Places {
  /** A record a job. */
  jobs: string;
  /** A record a volume, and its image. */
  volumes: string;
  /** Where volumes of Docker are mounted. */
  docker: string;
  lock: string;
}

export function placesIn(stateDirectory: string): Places {
  const at = (name: string): string => join(stateDirectory, name);
  return { jobs: at('jobs'), volumes: at('volumes'), docker: at('docker'), lock: at('lock') };
}

/**
 * Makes a state directory, for root alone, and gives its real path: that is what the kernel's table of mounts shows.
 *
 * @throws DvmError `no-state` (exit 73)
 */
export function makePlaces(stateDirectory: string): Places {
  try {
    makeDirectories(stateDirectory, 0o711);
    const places = placesIn(realpathSync(stateDirectory));
    for (const path of [places.jobs, places.volumes]) makeDirectories(path, 0o700);
    makeDirectories(places.docker, 0o711);
    return places;
  } catch (e) {
    throw fail('cannotCreate', 'no-state', `state directory "${stateDirectory}" cannot be made: ${(e as Error).message}`, {
      cause: e,
    });
  }
}
