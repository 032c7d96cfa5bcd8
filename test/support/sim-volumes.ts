import type { Volume } from '#service/documents.js';
import type { Host } from '#service/host/host.js';
import type { Backend } from '#service/volumes/backend.js';
import type { KeptVolumes } from '#service/volumes/kept.js';
import type { World } from '#service/volumes/world.js';
import { fail } from '#tool/errors.js';

interface Space {
  formats: number;
  /** Formatted after it had been mounted: what was on it is lost. */
  wiped: boolean;
  mountedOnce: boolean;
}

/**
 * A machine in memory, on which volumes can be made and mounted, and which can be stopped dead at any of its operations: then
 * nothing that its user still does has any effect, as after a kill. A new user finds what the one before had done.
 */
export class SimMachine {
  readonly spaces = new Map<string, Space>();
  /** Mount point → volume. */
  readonly mounts = new Map<string, string>();
  readonly directories = new Set<string>();
  /** Operations that fail: `mount`, `format` … */
  readonly broken = new Set<string>();
  busy = false;
  operations = 0;
  #stopAt = Number.POSITIVE_INFINITY;
  #user = 0;

  /** From now on the operation of this number, counted from 0, and all that follow hang for ever. */
  stopAt(operation: number): void {
    this.operations = 0;
    this.#stopAt = operation;
  }

  get stopped(): boolean {
    return this.operations > this.#stopAt;
  }

  /** The machine as its next user finds it: mounts go when it is the power that was cut. */
  restart(powerCut = false): void {
    this.#stopAt = Number.POSITIVE_INFINITY;
    this.#user++;
    if (powerCut) this.mounts.clear();
  }

  world(kept: KeptVolumes): World {
    const user = this.#user;
    const act = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
      if (this.operations++ >= this.#stopAt || user !== this.#user) return new Promise<T>(() => {});
      if (this.broken.has(name)) throw fail('io', `${name}-failed`, `${name} failed, as it was told to`);
      return work();
    };
    const backend = this.#backend(act);
    return {
      volumes: kept.all,
      host: this.#host(act),
      backend: () => backend,
      keep: (volume, durable) => act('keep', () => kept.keep(volume, durable)),
      forget: (volume) => act('forget', () => kept.forget(volume)),
    };
  }

  #backend(act: Act): Backend {
    return {
      allocate: ({ id }) =>
        act('allocate', () => {
          if (!this.spaces.has(id)) this.spaces.set(id, { formats: 0, wiped: false, mountedOnce: false });
        }),
      formatPath: ({ id }) => id,
      attach: ({ id }) =>
        act('attach', () => {
          if (!this.spaces.get(id)?.formats) throw fail('io', 'no-space', `volume "${id}" is not there to be attached`);
          return { path: id, release: () => {} };
        }),
      isDevice: ({ id }, dev) => id === dev,
      free: ({ id }) => act('free', () => void this.spaces.delete(id)),
      list: async () => [...this.spaces.keys()],
    };
  }

  #host(act: Act): Host {
    return {
      format: ({ id }) => act('format', () => this.#format(id)),
      survey: (mountPoint) => {
        if (this.mounts.has(mountPoint)) throw fail('inUse', 'mounted-already', `"${mountPoint}" is taken`);
        return this.directories.has(mountPoint) ? [] : [mountPoint];
      },
      mount: ({ mountPoint }, device) => act('mount', () => this.#mount(mountPoint, device)),
      mountedAt: (mountPoint) => this.mounts.get(mountPoint),
      alsoMountedAt: () => [],
      unmount: (mountPoint) =>
        act('unmount', () => {
          if (this.busy) throw fail('io', 'umount-failed', `"${mountPoint}" is busy`);
          this.mounts.delete(mountPoint);
        }),
      tidy: () => {},
      removePlaces: (made) => made.forEach((path) => void this.directories.delete(path)),
      holders: () => (this.busy ? ['"postgres" (1)'] : []),
      otherNamespaces: () => [],
    };
  }

  #format(id: string): void {
    const space = this.spaces.get(id);
    if (!space) throw fail('io', 'no-space', `volume "${id}" is not there to be formatted`);
    space.formats++;
    space.wiped ||= space.mountedOnce;
  }

  #mount(mountPoint: string, id: string): void {
    if (this.mounts.has(mountPoint)) throw fail('inUse', 'mounted-already', `"${mountPoint}" is taken`);
    this.mounts.set(mountPoint, id);
    this.directories.add(mountPoint);
    const space = this.spaces.get(id);
    if (space) space.mountedOnce = true;
  }
}

type Act = <T>(name: string, work: () => T | Promise<T>) => Promise<T>;

/** A volume of a file, not yet begun. */
export function newVolume(id: string, mountPoint: string): Volume {
  return {
    ...{ kind: 'dvs-volume', version: 1, id, mountPoint, sizeMB: 10, fs: 'ext2', backend: 'file' },
    ...{ state: 'creating', formatted: false, made: [], created: '2026-01-01T00:00:00Z' },
  };
}
