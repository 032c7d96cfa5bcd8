import { updatesFor } from './broadcasts.js';
import { call } from './calls.js';
import type { Effect, Membership, Relay } from './state.js';

/** Pings a node for another one. Only nodes that this one knows: a request never names an address to connect to. */
export function relay(m: Membership, request: number, from: string, name: string, out: Effect[]): void {
  const node = m.nodes.get(name);
  if (!node || node === m.self) {
    nack(m, { request, from }, out);
    return;
  }
  const { probeTimeout, nackAfter } = m.parameters;
  const id = call(
    m,
    { node: name, address: node.address },
    { kind: 'ping', node: name, updates: updatesFor(m, name) },
    probeTimeout,
    out,
  );
  m.relays.set(id, { request, from, nackAt: m.now + nackAfter });
}

/** True when the call was made for another, who is told. */
export function relayEnded(m: Membership, id: number, reached: boolean, out: Effect[]): boolean {
  const waiting = m.relays.get(id);
  if (!waiting) return false;
  m.relays.delete(id);
  if (!reached) nack(m, waiting, out);
  else out.push({ kind: 'answer', request: waiting.request, message: { kind: 'ack', updates: updatesFor(m, waiting.from) } });
  return true;
}

/** Those that wait are told in time that nothing came: silence would make them doubt themselves. */
export function advanceRelays(m: Membership, out: Effect[]): void {
  for (const [id, { nackAt }] of m.relays) if (m.now >= nackAt) relayEnded(m, id, false, out);
}

function nack(m: Membership, { request, from }: Pick<Relay, 'request' | 'from'>, out: Effect[]): void {
  out.push({ kind: 'answer', request, message: { kind: 'nack', updates: updatesFor(m, from) } });
}
