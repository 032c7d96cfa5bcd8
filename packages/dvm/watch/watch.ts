import type { Current } from '#dm/documents.js';
import { DvmError } from '#tool/errors.js';
import { type Action, decide, isNews, type Memory, remember } from './decide.js';
import type { WatchEvent } from './documents.js';
import { factsOf } from './facts.js';
import type { Policy } from './policy.js';

/** Why a watch looks again: a device had an event, time is over, or it is to end. */
export type Wake = { by: 'event'; devices: string[] } | { by: 'interval' } | { by: 'stop' };

/** What watching asks of a machine; tests put one of their own in its place. */
export interface Machine {
  /** The kernel's devices of all groups. */
  current(): Promise<Current>;
  /** Carries an action out. */
  perform(action: Action): Promise<void>;
  /** Waits until there is a reason to look again, at most so many milliseconds. */
  wake(milliseconds: number): Promise<Wake>;
  /** Milliseconds, of a clock that only goes forward. */
  now(): number;
  /** RFC 3339. */
  time(): string;
}

/**
 * Looks after volumes: whenever the kernel has an event, and from time to time, what is due is done, and told.
 *
 * @param once look, do what is due, and end
 */
export async function* watch(machine: Machine, policy: Policy, once: boolean): AsyncGenerator<WatchEvent> {
  yield told(machine, 'started');
  for (let memory: Memory = new Map(); ; ) {
    memory = yield* doWhatIsDue(machine, policy, memory);
    const wake: Wake = once ? { by: 'stop' } : await machine.wake(policy.interval);
    if (wake.by === 'event') yield told(machine, 'woken', { devices: wake.devices });
    if (wake.by === 'stop') break;
  }
  yield told(machine, 'stopped');
}

/** Looks and acts until nothing is due any more; one thing done may call for another. Returns what is to be remembered. */
async function* doWhatIsDue(machine: Machine, policy: Policy, before: Memory): AsyncGenerator<WatchEvent, Memory> {
  let memory = before;
  for (let due = await look(machine, policy, memory); due.length > 0; due = await look(machine, policy, memory))
    for (const action of due) {
      const failure = await attempt(machine, action);
      if (!failure) yield told(machine, action.do === 'tell' ? 'attention' : 'done', action);
      else if (isNews(memory, action, failure.code)) yield told(machine, 'failed', { ...action, error: errorOf(failure) });
      memory = remember(memory, action, failure?.code, machine.now());
    }
  return memory;
}

function told(machine: Machine, event: WatchEvent['event'], more: Partial<WatchEvent> = {}): WatchEvent {
  return { kind: 'watch', version: 1, time: machine.time(), event, ...more };
}

async function look(machine: Machine, policy: Policy, memory: Memory): Promise<Action[]> {
  return decide(policy, factsOf(await machine.current()), memory, machine.now());
}

async function attempt(machine: Machine, action: Action): Promise<DvmError | undefined> {
  try {
    if (action.do !== 'tell') await machine.perform(action);
    return undefined;
  } catch (e) {
    if (e instanceof DvmError) return e;
    throw e;
  }
}

function errorOf({ code, message, hint }: DvmError): NonNullable<WatchEvent['error']> {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}
