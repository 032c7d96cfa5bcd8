import { KernelError } from '../kernel.js';
import { Control } from './control.js';
import { unpackNames } from './format.js';

/** Milliseconds in which the end of the parent is noticed. */
const LOOK = 1000;

/**
 * Names of devices whose event counters differ from what they were, as the kernel tells it; devices that are new among them.
 * First none, as soon as no event is missed any more. Ends when the process that started this one does.
 *
 * @param scope prefix of their uuids
 * @throws DvmError no-device-mapper, not-permitted
 */
export async function* watchEvents(scope: string): AsyncGenerator<string[]> {
  const control = Control.open();
  const parent = process.ppid;
  try {
    control.call('armPoll'); // before the first look, so that nothing is lost in between
    let seen = counters(control, scope);
    yield [];
    for (;;) {
      while (!control.poll(LOOK)) if (process.ppid !== parent) return;
      control.call('armPoll');
      const now = counters(control, scope);
      const changed = [...now].flatMap(([name, count]) => (seen.get(name) === count ? [] : [name]));
      seen = now;
      if (changed.length > 0) yield changed;
    }
  } finally {
    control.close();
  }
}

function counters(control: Control, scope: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const { name } of unpackNames(control.call('list'))) {
    try {
      const { uuid, eventNr } = control.call('status', { name });
      if (uuid.startsWith(scope)) found.set(name, eventNr);
    } catch (e) {
      if (!(e instanceof KernelError) || e.code !== 'ENXIO') throw e; // it has gone
    }
  }
  return found;
}
