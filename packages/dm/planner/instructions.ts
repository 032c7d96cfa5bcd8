import type { Instruction, Target } from '../documents.js';
import type { Wanted } from './survey.js';
import type { SuspendFlags } from './suspend-flags.js';

/** Every instruction names its device by uuid too, so that it cannot meet another one that has got the name. */
export interface Id {
  name: string;
  uuid: string;
}

const id = ({ name, uuid }: Id): Id => ({ name, uuid });

export const create = (d: Id, minor?: number): Instruction => ({
  op: 'create',
  id: id(d),
  ...(minor === undefined ? {} : { minor }),
});
export const remove = (d: Id): Instruction => ({ op: 'remove', id: id(d) });
export const clear = (d: Id): Instruction => ({ op: 'clear', id: id(d) });
export const suspend = (d: Id, flags: SuspendFlags): Instruction => ({ op: 'suspend', id: id(d), ...flags });
export const rename = (d: Id, to: string): Instruction => ({ op: 'rename', id: id(d), name: to });

/** Targets of whole devices are messaged at sector 0. */
export const message = (d: Id, text: string): Instruction => ({ op: 'message', id: id(d), sector: 0, text });
export const status = (d: Id, key: string): Instruction => ({ op: 'status', id: id(d), key });

/** Tables of encrypting targets carry keys: the kernel is to wipe its copy of the request. */
export function load(d: Id, targets: readonly Target[], readOnly: boolean): Instruction {
  const secure = targets.some((t) => t.type === 'crypt');
  return {
    ...{ op: 'load', id: id(d), targets: [...targets] },
    ...(readOnly ? { readOnly } : {}),
    ...(secure ? { secure } : {}),
  };
}

/** What udev is told when a device comes up. Under a passing name it makes no links: the rename makes them. */
export function resume(d: Id, want: Pick<Wanted, 'hidden' | 'noScan'> & { name?: string }): Instruction {
  const hidden = want.hidden ?? (want.name !== undefined && want.name !== d.name && d.name === d.uuid);
  return { op: 'resume', id: id(d), ...(hidden ? { hidden } : {}), ...(want.noScan ? { noScan: true } : {}) };
}
