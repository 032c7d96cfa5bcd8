import { broadcast, updatesFor } from './broadcasts.js';
import { call, others } from './calls.js';
import { wholeState } from './merge.js';
import { syncPeriod } from './parameters.js';
import { type Destination, type Effect, isLive, type Membership, type Node } from './state.js';

/** News go to some nodes by chance; to the dead too for a while, who may not know that they are thought so. */
export function gossip(m: Membership, out: Effect[]): void {
  const { gossipInterval, gossipNodes, gossipToDead } = m.parameters;
  m.gossipAt = m.now + gossipInterval;
  const hears = (n: Node): boolean => isLive(n) || (n.status === 'dead' && m.now - n.since < gossipToDead);
  for (const { name: node, address } of others(m, gossipNodes, hears)) {
    const updates = updatesFor(m, node);
    if (updates.length === 0) return;
    call(m, { node, address }, { kind: 'gossip', updates }, m.parameters.probeTimeout, out);
  }
}

/** Whole states mend whatever gossip missed. */
export function syncWithOne(m: Membership, out: Effect[]): void {
  m.syncAt = m.now + syncPeriod(m.parameters, m.live);
  forgetLeft(m);
  for (const { name: node, address } of others(m, 1, (n) => n.status === 'alive')) sync(m, { node, address }, out);
}

/** Those thought dead, and seeds that nobody alive has the address of, are tried for ever: partitions end. */
export function rejoinOne(m: Membership, out: Effect[]): void {
  m.rejoinAt = m.now + m.parameters.rejoinInterval;
  const heard = new Set([...m.nodes.values()].filter(isLive).map((n) => n.address));
  const lost: Destination[] = [...m.nodes.values()]
    .filter((n) => n.status === 'dead')
    .map((n) => ({ node: n.name, address: n.address }));
  for (const address of m.seeds) if (!heard.has(address) && !lost.some((l) => l.address === address)) lost.push({ address });
  if (lost.length > 0) sync(m, m.random.pick(lost), out);
}

/** First contact, by address; the addresses are tried again whenever nobody alive has them. */
export function join(m: Membership, addresses: readonly string[], out: Effect[]): void {
  for (const address of addresses) {
    if (address === m.self.address) continue;
    m.seeds.add(address);
    sync(m, { address }, out);
  }
}

function sync(m: Membership, to: Destination, out: Effect[]): void {
  call(m, to, { kind: 'sync', members: wholeState(m) }, m.parameters.probeInterval * 5, out);
}

/** Says good-bye: from now on nothing said of this node is refuted. */
export function leave(m: Membership): void {
  if (m.leaving) return;
  m.leaving = { until: m.now + m.parameters.leaveTimeout };
  m.self.status = 'left';
  broadcast(m, { status: 'left', node: m.self.name, incarnation: m.self.incarnation });
}

/** Told to so many as there was time for, or to nobody as there is nobody: the node may stop. */
export function hasLeft({ leaving, broadcasts, self, now, live }: Membership): boolean {
  return leaving !== undefined && (now >= leaving.until || !broadcasts.has(self.name) || live <= 1);
}

function forgetLeft(m: Membership): void {
  for (const node of m.nodes.values())
    if (node !== m.self && node.status === 'left' && m.now - node.since > m.parameters.forgetLeft) {
      m.nodes.delete(node.name);
      m.ring = m.ring.filter((name) => name !== node.name);
    }
}
