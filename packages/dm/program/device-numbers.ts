import type { Instruction, Target } from '../documents.js';
import type { Kernel } from '../kernel.js';

/** Resolves `@NAME` in tables to `major:minor`, asking the kernel once a name. */
export class DeviceNumbers {
  readonly #known = new Map<string, string>();
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** @throws KernelError ENXIO when a name is unknown */
  resolve(targets: readonly Target[]): readonly Target[] {
    if (!targets.some((t) => t.args.includes('@'))) return targets;
    return targets.map((t) => ({
      ...t,
      args: t.args.replace(/(?<=^|\s|(?:^|\s)meta_device:)@(\S+)/g, (_, name: string) => this.#number(name)),
    }));
  }

  /** To be told of each instruction that worked: names may now mean other devices. */
  note(i: Instruction): void {
    if (i.op === 'remove-all' || (i.op === 'remove' && i.id.uuid)) this.#known.clear();
    else if (i.op === 'create' || i.op === 'remove') this.#known.delete(i.id.name);
    else if (i.op === 'rename') for (const name of [i.id.name, i.name]) this.#known.delete(name);
  }

  #number(name: string): string {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const { dev } = this.#kernel.info(name);
    this.#known.set(name, dev);
    return dev;
  }
}
