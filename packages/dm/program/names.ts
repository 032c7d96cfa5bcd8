import type { Instruction } from '../documents.js';

/** What tells the devices of a program apart: the uuid where there is one, else the name. */
export function keyOf(id: { name: string; uuid?: string }): string {
  return id.uuid ? `uuid ${id.uuid}` : byName(id.name);
}

/** A rename finds its device by the name alone, whatever uuid the program gives it. */
export function byName(name: string): string {
  return `name ${name}`;
}

/** The name of the device that an instruction is about, for traces and messages. */
export function nameOf(i: Instruction): string | undefined {
  return 'id' in i ? i.id.name : undefined;
}
