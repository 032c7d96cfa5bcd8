import type { Instruction, Target } from '../documents.js';
import type { Kernel } from '../kernel.js';

/** Instructions of the machine itself; all others call the kernel. */
const own = ['begin-object', 'end-object', 'literal', 'jmp', 'jmp-fail', 'exit'] as const;
export type OwnInstruction = Extract<Instruction, { op: (typeof own)[number] }>;
export type KernelInstruction = Exclude<Instruction, OwnInstruction>;

export function isOwn(i: Instruction): i is OwnInstruction {
  return (own as readonly string[]).includes(i.op);
}

/**
 * One instruction on a kernel; returns what belongs under its key, undefined when it answers nothing.
 *
 * @param resolve puts `major:minor` for `@NAME` in a table
 * @throws KernelError as the kernel refused it
 */
export function perform(
  i: KernelInstruction,
  kernel: Kernel,
  resolve: (targets: readonly Target[]) => readonly Target[],
): unknown {
  switch (i.op) {
    case 'remove-all':
      return kernel.removeAll();
    case 'list':
      return kernel.list();
    case 'create':
      return void kernel.create(i.id.name, i.id.uuid, i.minor);
    case 'remove':
      return kernel.remove(i.id);
    case 'suspend':
      return kernel.suspend(i.id, i);
    case 'resume':
      return kernel.resume(i.id, i);
    case 'load':
      return kernel.load(i.id, resolve(i.targets), i);
    case 'clear':
      return kernel.clear(i.id);
    case 'rename':
      return kernel.rename(i.id.name, i.name);
    case 'message':
      return kernel.message(i.id, i.sector, i.text);
    case 'info':
      return kernel.info(i.id);
    case 'table':
      return kernel.table(i.id, i);
    case 'status':
      return kernel.status(i.id);
    case 'deps':
      return kernel.deps(i.id);
    case 'wait-event':
      return kernel.waitEvent(i.id, i.eventNr, i.seconds);
  }
}
