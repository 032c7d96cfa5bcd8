import type { Instruction } from '../documents.js';
import { type Kernel, KernelError } from '../kernel.js';
import { byName, keyOf } from './names.js';

type Id = Extract<Instruction, { op: 'suspend' }>['id'];

/** What a running program has suspended and not resumed yet. */
export class SuspendedDevices {
  readonly #ids = new Map<string, Id>();

  /** To be told of each instruction that worked. */
  note(i: Instruction): void {
    if (i.op === 'suspend') this.#ids.set(keyOf(i.id), i.id);
    else if (i.op === 'resume' || i.op === 'remove') this.#ids.delete(keyOf(i.id));
    else if (i.op === 'rename') this.#rename(i.id.name, i.name);
  }

  /** To be told of each instruction that failed: a table that does not fit leaves its device suspended on the old one. */
  noteFailure(i: Instruction): void {
    if (i.op === 'resume') this.#ids.set(keyOf(i.id), i.id);
  }

  /**
   * A program that passed the check tries to resume all it suspended, but a resume can fail: then the kernel has
   * dropped the new table, and a second one brings the old one back. In reverse order, children first.
   *
   * @param tried is told of each device and whether it worked
   * @returns the names that stay suspended all the same
   */
  lastResort(kernel: Kernel, tried: (id: Id, refusal: KernelError | undefined) => void): string[] {
    const left: string[] = [];
    for (const id of [...this.#ids.values()].reverse().filter((each) => isSuspended(kernel, each))) {
      const refusal = resume(kernel, id);
      if (refusal) left.push(id.name);
      tried(id, refusal);
    }
    return left;
  }

  #rename(from: string, to: string): void {
    if (this.#ids.delete(byName(from))) this.#ids.set(byName(to), { name: to });
  }
}

function resume(kernel: Kernel, id: Id): KernelError | undefined {
  try {
    kernel.resume(id, {});
    return undefined;
  } catch (e) {
    if (e instanceof KernelError) return e;
    throw e;
  }
}

/** A device without a table holds nothing back. */
function isSuspended(kernel: Kernel, id: Id): boolean {
  try {
    const { suspended, liveTable } = kernel.info(id);
    return suspended && liveTable;
  } catch (e) {
    if (e instanceof KernelError) return false;
    throw e;
  }
}
