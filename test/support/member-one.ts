import { step } from '#fleet/member/machine.js';
import { lanParameters } from '#fleet/member/parameters.js';
import { type Effect, type Input, type MemberEvent, type Membership, newMembership, type Status } from '#fleet/member/state.js';
import type { Answer, Update } from '#fleet/member/wire.js';

type CallEffect = Extract<Effect, { kind: 'call' }>;

/** One machine, "me", driven by hand: says what it is given and keeps what it wants done. */
export class One {
  readonly m: Membership;
  now = 0;
  effects: Effect[] = [];

  constructor(...others: string[]) {
    this.m = newMembership({ name: 'me', address: 'me:1', meta: {} }, lanParameters, 1, 0);
    // exchanges of whole states are given by hand
    this.m.syncAt = this.m.rejoinAt = Number.POSITIVE_INFINITY;
    for (const name of others) this.hears(alive(name));
    this.m.broadcasts.clear();
    this.effects = [];
  }

  /** Time passes, step by step as the machine asks for it. */
  wait(ms: number): this {
    const until = this.now + ms;
    for (; this.now < until; this.now = Math.min(until, this.now + 50)) this.#step({ kind: 'tick' });
    return this.#step({ kind: 'tick' });
  }

  /** The machine is not run at all for a while. */
  sleep(ms: number): this {
    this.now += ms;
    return this.#step({ kind: 'tick' });
  }

  hears(...updates: Update[]): this {
    return this.request('gossiper', updates);
  }

  request(from: string, updates: Update[]): this {
    return this.#step({ kind: 'request', request: 1, from, message: { kind: 'gossip', updates } });
  }

  give(input: Input): this {
    return this.#step(input);
  }

  answer(call: CallEffect, message: Answer): this {
    return this.#step({ kind: 'answer', call: call.call, from: call.to.node ?? 'someone', message });
  }

  ack(call: CallEffect): this {
    return this.answer(call, { kind: 'ack', updates: [] });
  }

  fail(call: CallEffect): this {
    return this.#step({ kind: 'failed', call: call.call });
  }

  #step(input: Input): this {
    this.effects.push(...step(this.m, this.now, input));
    return this;
  }

  /** Calls of a kind since the last look. */
  calls(kind: CallEffect['message']['kind']): CallEffect[] {
    return this.effects.filter((e): e is CallEffect => e.kind === 'call' && e.message.kind === kind);
  }

  call(kind: CallEffect['message']['kind']): CallEffect {
    const [call] = this.calls(kind);
    if (!call) throw new Error(`no ${kind} among ${JSON.stringify(this.effects)}`);
    return call;
  }

  answers(): Answer[] {
    return this.effects.flatMap((e) => (e.kind === 'answer' ? [e.message] : []));
  }

  events(): `${MemberEvent['event']} ${string}`[] {
    return this.effects.flatMap((e) => (e.kind === 'event' ? [`${e.event.event} ${e.event.node}` as const] : []));
  }

  forget(): this {
    this.effects = [];
    return this;
  }

  status(name: string): Status | undefined {
    return this.m.nodes.get(name)?.status;
  }

  /** What is to be passed on of a node. */
  news(name: string): Update | undefined {
    return this.m.broadcasts.get(name)?.update;
  }
}

export function alive(node: string, incarnation = 0, meta: Record<string, string> = {}): Update {
  return { status: 'alive', node, incarnation, address: `${node}:1`, meta, protocol: 1 };
}
export const suspect = (node: string, incarnation = 0, by = 'x'): Update => ({ status: 'suspect', node, incarnation, by });
export const dead = (node: string, incarnation = 0, by = 'x'): Update => ({ status: 'dead', node, incarnation, by });
export const left = (node: string, incarnation = 0): Update => ({ status: 'left', node, incarnation });
