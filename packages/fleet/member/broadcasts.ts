import { retransmitLimit } from './parameters.js';
import type { Membership } from './state.js';
import type { Update } from './wire.js';

/** News to pass on: at most one a node, the newest, each so many times. */
export type Broadcasts = Map<string, { update: Update; sent: number }>;

/** News of a node displaces what was to be told of it before. */
export function broadcast(m: Membership, update: Update): void {
  m.broadcasts.delete(update.node);
  m.broadcasts.set(update.node, { update, sent: 0 });
}

/**
 * What a message to the node `to` carries. First of all what is held against that node itself, for it must know to refute:
 * whoever talks to anybody who suspects it, or takes it for dead, hears so at once. Then news: what was sent least comes
 * first, of equals the newest. Counts them as sent, and drops those that were sent often enough: the load that a change
 * makes is bounded whatever the size of the fleet.
 */
export function updatesFor(m: Membership, to: string): Update[] {
  return [...heldAgainst(m, to), ...takeNews(m)];
}

/** What this node holds against another. */
export function heldAgainst({ nodes, self }: Membership, name: string): Update[] {
  const { status = 'alive', incarnation = 0 } = nodes.get(name) ?? {};
  if (status === 'alive') return [];
  return [status === 'left' ? { status, node: name, incarnation } : { status, node: name, incarnation, by: self.name }];
}

function takeNews(m: Membership): Update[] {
  if (m.broadcasts.size === 0) return [];
  const limit = retransmitLimit(m.parameters, m.live);
  const queued = [...m.broadcasts.values()].reverse().sort((a, b) => a.sent - b.sent);
  const taken = queued.slice(0, m.parameters.updatesPerMessage);
  for (const item of taken) {
    item.sent++;
    if (item.sent >= limit) m.broadcasts.delete(item.update.node);
  }
  return taken.map(({ update }) => update);
}
