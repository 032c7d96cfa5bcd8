import { type Libc, libc } from '#blockdev/libc.js';
import { Cookie, udevFlags } from './cookie.js';
import { makeNodes, type NodeOf, removeNodes, volumeOf } from './nodes.js';
import { udevAnswers } from './udevd.js';

export interface EventOptions {
  /** How long udev is waited for, in milliseconds. */
  wait: number;
  /** A line for people. */
  note: (line: string) => void;
}

type NodeChange = { make: NodeOf } | { remove: NodeOf };

/**
 * What follows from a device that came, changed its name or went: udev's work, or nodes and links made by hand.
 * Nothing of it happens while a device is suspended: /dev may be on it.
 */
export class DeviceEvents {
  readonly #libc: Libc;
  readonly #options: EventOptions;
  #udev: boolean;
  #cookie: Cookie | undefined;
  #changes: NodeChange[] = [];
  readonly #suspended = new Set<string>();
  readonly #directories = new Map<string, boolean>();

  constructor(options: EventOptions, calls: Libc = libc()) {
    this.#libc = calls;
    this.#options = options;
    this.#udev = udevAnswers();
  }

  /** True where udev's programs may have a device open for a moment. */
  get hasUdev(): boolean {
    return this.#udev;
  }

  get anySuspended(): boolean {
    return this.#suspended.size > 0;
  }

  suspended(dev: string): void {
    this.#suspended.add(dev);
  }

  /** The device runs again, or has gone. */
  running(dev: string): void {
    this.#suspended.delete(dev);
    if (!this.#udev) this.#changeNodes();
  }

  /** The cookie for an ioctl that raises an event; 0 without udev. */
  announce(flags: { hidden?: boolean; noScan?: boolean }): number {
    if (!this.#udev) return 0;
    this.#cookie ??= Cookie.make(this.#libc);
    const quiet = flags.hidden || flags.noScan ? udevFlags.noSubsystem | udevFlags.noDisk | udevFlags.noOther : 0;
    return this.#cookie?.announce(udevFlags.primarySource | quiet) ?? 0;
  }

  /** The ioctl failed or raised no event after all. */
  withdraw(cookie: number): void {
    if (cookie !== 0) this.#cookie?.withdraw();
  }

  came(device: NodeOf): void {
    this.#change({ make: device });
  }

  went(device: NodeOf): void {
    this.#change({ remove: device });
  }

  /** Before something that udev's programs could be in the way of. */
  settleBefore(): void {
    if (this.#cookie?.pending) this.settle();
  }

  /** Waits for udev as long as that is bounded, then sees to the nodes. Does nothing while a device is suspended. */
  settle(): void {
    if (this.anySuspended) return;
    const cookie = this.#cookie;
    this.#cookie = undefined;
    if (cookie && !cookie.wait(this.#options.wait)) {
      this.#udev = false;
      this.#options.note(`udev has not answered within ${this.#options.wait} ms: device nodes are made by hand`);
    }
    this.#changeNodes();
  }

  #change(change: NodeChange): void {
    this.#changes.push(change);
    if (!this.#udev) this.#changeNodes();
  }

  #changeNodes(): void {
    if (this.anySuspended) return;
    const changes = this.#changes;
    this.#changes = [];
    for (const change of changes) this.#changeNode(change);
  }

  #changeNode(change: NodeChange): void {
    const { name } = 'make' in change ? change.make : change.remove;
    try {
      if ('make' in change) makeNodes(this.#libc, change.make, this.#directories);
      else removeNodes(change.remove);
    } catch (e) {
      this.#options.note(`nodes and links of "${name}" are not as they should be: ${(e as Error).message}`);
    }
  }
}

/** Layers of other devices have a third part in their uuid: nobody is to scan them. */
export function isHidden(device: { name: string; uuid: string }): boolean {
  return device.uuid.startsWith('DVM-') && volumeOf(device) === undefined;
}
