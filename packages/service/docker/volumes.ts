import { join } from 'node:path';
import type { Log } from '#daemon/log.js';
import { fail } from '#tool/errors.js';
import { asDvmError } from '#tool/invoke.js';
import { sameJson } from '#tool/json.js';
import type { Volume } from '../documents.js';
import { Turns } from '../turns.js';
import { createVolume } from '../volumes/create.js';
import { isMounted, mountVolume, unmountVolume } from '../volumes/mount.js';
import { removeVolume } from '../volumes/remove.js';
import type { World } from '../volumes/world.js';
import { type DockerRules, parseOptions } from './options.js';

/** A volume of Docker, with what Docker has said about it. */
export type DockerVolume = Volume & { docker: NonNullable<Volume['docker']> };

export interface DockerWorld {
  world: World;
  rules: DockerRules;
  /** Directory that volumes are mounted in, by name. */
  directory: string;
  newId(): string;
  now(): Date;
  log: Log;
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,199}$/;

/**
 * The volumes of Docker. They are mounted while a container uses them. Docker names each use by an id, and may say the same
 * twice or, after a crash, never take it back: so ids are a set, not a count, and before a volume is removed it is the
 * kernel that says whether it is in use.
 */
export class DockerVolumes {
  readonly #own: DockerWorld;
  readonly #turns = new Turns();

  constructor(own: DockerWorld) {
    this.#own = own;
  }

  /** Again with the same options: nothing to do. @throws DvmError `other-options` (exit 81) */
  create(name: string, options: Readonly<Record<string, string>>): Promise<void> {
    return this.#turns.take(name, async () => {
      const { world, rules, directory, newId, now } = this.#own;
      if (!namePattern.test(name))
        throw fail('badInput', 'bad-name', `volume name "${name.slice(0, 200)}" is not letters, digits and _.-`);
      const known = this.#find(name);
      if (known && !sameJson(known.docker.options, options))
        throw fail('exists', 'other-options', `volume "${name}" is there, made with other options`, {
          hint: 'remove it, or take another name',
        });
      if (known?.state === 'ready') return;
      const most = rules.limits.volumes;
      if (world.volumes.size >= most) throw fail('noSpace', 'too-many-volumes', `there are ${most} volumes, which is the limit`);
      const asked = parseOptions(options, rules);
      await createVolume(world, {
        ...{ kind: 'dvs-volume', version: 1, id: known?.id ?? newId(), mountPoint: join(directory, name), ...asked },
        docker: { name, options, mounts: {} },
        ...{ state: 'creating', formatted: false, made: [], created: now().toISOString() },
      });
    });
  }

  /** Uses that Docker forgot to take back do not count: those of the kernel do. */
  remove(name: string): Promise<void> {
    return this.#turns.take(name, () => removeVolume(this.#own.world, this.get(name)));
  }

  /** @returns where it is mounted */
  mount(name: string, id: string): Promise<string> {
    return this.#turns.take(name, async () => {
      const volume = this.#ready(name);
      const mounts = { ...volume.docker.mounts, [id]: this.#own.now().toISOString() };
      await this.#keepMounts(volume, mounts);
      try {
        await mountVolume(this.#own.world, volume);
      } catch (e) {
        await this.#keepMounts(volume, volume.docker.mounts);
        throw e;
      }
      return volume.mountPoint;
    });
  }

  /** With the last use the volume is unmounted, unless the kernel knows of another one. */
  unmount(name: string, id: string): Promise<void> {
    return this.#turns.take(name, async () => {
      const volume = this.get(name);
      const { [id]: _, ...mounts } = volume.docker.mounts;
      await this.#keepMounts(volume, mounts);
      if (Object.keys(mounts).length === 0) await this.#letGo(volume);
    });
  }

  /** @throws DvmError `no-volume` (exit 80) */
  get(name: string): DockerVolume {
    const volume = this.#find(name);
    if (!volume) throw fail('notFound', 'no-volume', `volume "${name}" is not there`);
    return volume;
  }

  list(): DockerVolume[] {
    return [...this.#own.world.volumes.values()].filter(isDocker).filter((v) => v.state === 'ready');
  }

  isMounted(volume: Volume): boolean {
    return isMounted(this.#own.world, volume);
  }

  /**
   * After a start: brings the uses that are on disk in line with what the kernel has mounted. Those of a volume that is not
   * mounted are of before a reboot; those that the kernel knows nothing of are left over, once Docker has had time to act on them.
   */
  async restore(): Promise<void> {
    for (const volume of this.list()) {
      const { id, mountPoint } = volume;
      const uses = Object.values(volume.docker.mounts);
      try {
        if (!this.isMounted(volume)) await this.#forgetUses(volume, uses.length);
        else if (!this.#isUsed(volume) && uses.every((since) => this.#isOld(since))) {
          await this.#forgetUses(volume, uses.length);
          await this.#letGo(volume);
        }
      } catch (e) {
        this.#own.log('error', 'volume-not-restored', { volume: id, mountPoint, message: asDvmError(e).message });
      }
    }
  }

  #find(name: string): DockerVolume | undefined {
    return [...this.#own.world.volumes.values()].filter(isDocker).find((v) => v.docker.name === name);
  }

  #ready(name: string): DockerVolume {
    const volume = this.get(name);
    if (volume.state !== 'ready') throw fail('busy', 'not-ready', `volume "${name}" is ${volume.state}`);
    return volume;
  }

  async #keepMounts(volume: DockerVolume, mounts: Record<string, string>): Promise<void> {
    await this.#own.world.keep({ ...volume, docker: { ...volume.docker, mounts } }, false);
  }

  async #forgetUses(volume: DockerVolume, count: number): Promise<void> {
    if (count === 0) return;
    this.#own.log('info', 'uses-forgotten', { volume: volume.id, name: volume.docker.name, count });
    await this.#keepMounts(volume, {});
  }

  /** Somebody whom Docker does not name keeps it mounted; that is no failure of the container that ended. */
  async #letGo(volume: DockerVolume): Promise<void> {
    try {
      await unmountVolume(this.#own.world, volume);
    } catch (e) {
      const { code, message } = asDvmError(e);
      if (code !== 'volume-in-use') throw e;
      this.#own.log('warning', 'volume-stays-mounted', { volume: volume.id, name: volume.docker.name, message });
    }
  }

  #isUsed({ mountPoint }: Volume): boolean {
    const { host } = this.#own.world;
    const dev = host.mountedAt(mountPoint) ?? '';
    return (
      host.alsoMountedAt(dev, mountPoint).length > 0 ||
      host.otherNamespaces(dev).length > 0 ||
      host.holders(mountPoint).length > 0
    );
  }

  /** Docker gives up on a Mount after two minutes. */
  #isOld(since: string): boolean {
    return this.#own.now().getTime() - Date.parse(since) > 120_000;
  }
}

function isDocker(volume: Volume): volume is DockerVolume {
  return volume.docker !== undefined;
}
