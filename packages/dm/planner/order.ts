import { fail } from '#tool/errors.js';
import type { Device } from './survey.js';

/**
 * Devices so that each comes after all that `before` names for it; otherwise in the given order. Devices that
 * `before` names but `devices` lacks are left out. A circle is broken where it is met.
 */
export function ordered<T>(devices: readonly T[], before: (device: T) => readonly T[], onCircle?: (device: T) => void): T[] {
  const wanted = new Set(devices);
  const state = new Map<T, 'open' | 'done'>();
  const out: T[] = [];
  for (const root of devices) {
    const stack = [{ device: root, next: 0, before: before(root) }];
    if (state.has(root)) continue;
    state.set(root, 'open');
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const under = top.before[top.next++];
      if (under === undefined) {
        state.set(top.device, 'done');
        if (wanted.has(top.device)) out.push(top.device);
        stack.pop();
      } else if (!state.has(under)) {
        state.set(under, 'open');
        stack.push({ device: under, next: 0, before: before(under) });
      } else if (state.get(under) === 'open') onCircle?.(under);
    }
  }
  return out;
}

/** By wanted tables, what is used before what uses it. */
export function childrenFirst(devices: readonly Device[]): Device[] {
  return ordered(
    devices,
    (d) => d.below,
    (d) => {
      throw fail('badInput', 'cyclic-tables', `table of "${d.want?.name}" stands on itself`);
    },
  );
}

/** By live tables, what uses before what is used. */
export function liveParentsFirst(devices: readonly Device[]): Device[] {
  return ordered(devices, (d) => d.liveAbove);
}
