import { updatesFor } from './broadcasts.js';
import { call } from './calls.js';
import type { Effect, Membership, Relay } from './state.js';

type Waiting = Omit<Relay, 'nackAt'>;

/** Pings a node for another one. Only nodes that this one knows: a request never names an address to connect to. */
export function relay(m: Membership, waiting: Waiting, name: string, out: Effect[]): void {
  const node = m.nodes.get(name);
  if (!node || node === m.self) {
    answer(m, waiting, 'nack', out);
    return;
  }
  const { probeTimeout, nackAfter } = m.parameters;
  const ping = { kind: 'ping', node: name, updates: updatesFor(m, name) } as const;
  const id = call(m, { node: name, address: node.address }, ping, probeTimeout, out);
  m.relays.set(id, { ...waiting, nackAt: m.now + nackAfter });
}

/** True when the call was made for another, who is told. */
export function relayEnded(m: Membership, id: number, reached: boolean, out: Effect[]): boolean {
  const waiting = m.relays.get(id);
  if (!waiting) return false;
  m.relays.delete(id);
  answer(m, waiting, reached ? 'ack' : 'nack', out);
  return true;
}

/** Those that wait are told in time that nothing came: silence would make them doubt themselves. */
export function advanceRelays(m: Membership, out: Effect[]): void {
  for (const [id, { nackAt }] of m.relays) if (m.now >= nackAt) relayEnded(m, id, false, out);
}

function answer(m: Membership, { request, from, better }: Waiting, kind: 'ack' | 'nack', out: Effect[]): void {
  out.push({ kind: 'answer', request, message: { kind, updates: [...better, ...updatesFor(m, from)] } });
}
