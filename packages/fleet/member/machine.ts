import { broadcast, updatesFor } from './broadcasts.js';
import { gossip, hasLeft, join, leave, rejoinOne, syncWithOne } from './gossip.js';
import { corrections, merge, mergeState, ownUpdate, wholeState } from './merge.js';
import { advanceProbe, probeAnswered, probeFailed, startProbe } from './probe.js';
import { advanceRelays, relay, relayEnded } from './relay.js';
import { advanceSuspicions, retryEnded, suspicionWake } from './retry.js';
import { doubt, type Effect, type Input, type Membership } from './state.js';
import type { Answer, Request, Update } from './wire.js';

/**
 * One step of a node: what happened and when (ms, on a clock that never goes back) → what is to be done. Reads no clock,
 * no network, no chance but the state's own; the same inputs give the same effects. `m` is changed in place.
 */
export function step(m: Membership, now: number, input: Input): Effect[] {
  const out: Effect[] = [];
  wake(m, now);
  take(m, input, out);
  advance(m, out);
  return out;
}

/** When (ms) the machine wants a tick, if nothing happens before. */
export function wakeAt(m: Membership): number {
  const { probe, leaving } = m;
  const times = [m.probeAt, m.syncAt, m.rejoinAt];
  if (m.broadcasts.size > 0) times.push(m.gossipAt);
  if (probe) times.push(probe.asked === undefined ? probe.askAt : probe.endsAt);
  if (leaving) times.push(leaving.until);
  for (const { nackAt } of m.relays.values()) times.push(nackAt);
  for (const running of m.suspicions.values()) times.push(suspicionWake(m, running));
  return Math.min(...times);
}

/**
 * A node that slept (stopped, swapped out, starved) has no verdict to give: what it did not hear lay waiting. Its probe
 * is dropped, and its suspicions last longer by the time slept.
 */
function wake(m: Membership, now: number): void {
  const slept = now - Math.max(m.now, wakeAt(m));
  m.now = now;
  if (slept < m.parameters.probeTimeout) return;
  doubt(m, 1);
  m.probe = undefined;
  m.probeAt = now;
  for (const [name, running] of m.suspicions) m.suspicions.set(name, { ...running, start: running.start + slept });
}

function take(m: Membership, input: Input, out: Effect[]): void {
  switch (input.kind) {
    case 'request':
      takeRequest(m, input.request, input.from, input.message, out);
      break;
    case 'answer':
      takeAnswer(m, input.call, input.from, input.message, out);
      break;
    case 'failed':
      callFailed(m, input.call, out);
      break;
    case 'join':
      join(m, input.addresses, out);
      break;
    case 'meta':
      m.self.meta = input.meta;
      m.self.incarnation++;
      broadcast(m, ownUpdate(m));
      break;
    case 'leave':
      leave(m);
  }
}

function takeRequest(m: Membership, request: number, from: string, message: Request, out: Effect[]): void {
  if (message.kind === 'sync') {
    mergeState(m, from, message.members, out);
    // after the merge: the answer already refutes what the other believed of this node
    out.push({ kind: 'answer', request, message: { kind: 'members', members: wholeState(m) } });
    return;
  }
  mergeAll(m, message.updates, out);
  const better = corrections(m, message.updates);
  if (message.kind === 'probe') relay(m, { request, from, better }, message.node, out);
  else {
    // whoever took over another's address does not answer for it
    const kind = message.kind === 'ping' && message.node !== m.self.name ? 'nack' : 'ack';
    out.push({ kind: 'answer', request, message: { kind, updates: [...better, ...updatesFor(m, from)] } });
  }
}

function takeAnswer(m: Membership, id: number, from: string, message: Answer, out: Effect[]): void {
  if (message.kind === 'members') {
    mergeState(m, from, message.members, out);
    return;
  }
  mergeAll(m, message.updates, out);
  const reached = message.kind === 'ack';
  if (!probeAnswered(m, id, reached) && !retryEnded(m, id, reached, out)) relayEnded(m, id, reached, out);
}

function callFailed(m: Membership, id: number, out: Effect[]): void {
  if (!probeFailed(m, id) && !retryEnded(m, id, false, out)) relayEnded(m, id, false, out);
}

function mergeAll(m: Membership, updates: readonly Update[], out: Effect[]): void {
  for (const update of updates) merge(m, update, out);
}

/** What is due by now. */
function advance(m: Membership, out: Effect[]): void {
  advanceRelays(m, out);
  advanceProbe(m, out);
  advanceSuspicions(m, out);
  if (m.broadcasts.size > 0 && m.now >= m.gossipAt) gossip(m, out);
  if (m.leaving) {
    if (hasLeft(m)) out.push({ kind: 'gone' });
    return;
  }
  if (m.now >= m.probeAt) startProbe(m, out);
  if (m.now >= m.syncAt) syncWithOne(m, out);
  if (m.now >= m.rejoinAt) rejoinOne(m, out);
}
