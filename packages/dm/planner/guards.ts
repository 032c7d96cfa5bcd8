import { fail } from '#tool/errors.js';
import type { Desired } from '../documents.js';
import type { Present } from './survey.js';

/** True for the scope itself and what follows it after a hyphen. */
export function inScope(uuid: string, scope: string): boolean {
  return uuid === scope || uuid.startsWith(`${scope}-`);
}

/** Every uuid in the scope, every name once. */
export function checkDesired(desired: Desired): void {
  const names = new Set<string>();
  for (const [uuid, { name }] of Object.entries(desired.devices)) {
    if (!inScope(uuid, desired.scope))
      throw fail(
        'badInput',
        'foreign-uuid',
        `device "${name}" has uuid "${uuid}", which is outside the scope "${desired.scope}"`,
      );
    if (names.has(name)) throw fail('badInput', 'duplicate-name', `name "${name}" is wanted by two devices`);
    names.add(name);
  }
}

/** No wanted name, nor a uuid that may serve as a name for a while, belongs to a device outside the scope. */
export function checkForeign(present: readonly Present[], desired: Desired): void {
  const foreign = new Map(present.filter((d) => !inScope(d.uuid, desired.scope)).map((d) => [d.name, d]));
  for (const [uuid, { name }] of Object.entries(desired.devices)) {
    const holder = foreign.get(name) ?? foreign.get(uuid);
    if (holder)
      throw fail('exists', 'name-taken', `name "${holder.name}" belongs to a device of another owner, uuid "${holder.uuid}"`, {
        hint: `remove or rename it, or rename the volume: dmsetup info ${holder.name}`,
        details: { name: holder.name, uuid: holder.uuid, dev: holder.dev },
      });
  }
}
