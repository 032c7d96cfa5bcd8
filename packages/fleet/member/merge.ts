import { broadcast } from './broadcasts.js';
import { doubt, type Effect, isLive, type MemberEvent, type Membership, type Node, type Status } from './state.js';
import { confirm, suspicion } from './suspicion.js';
import { type AccusedUpdate, type AliveUpdate, type LeftUpdate, type MemberEntry, protocolVersion, type Update } from './wire.js';

/**
 * Takes in what was said of a node, and passes it on when it is news. Which of two sayings holds: the higher
 * incarnation; of equal ones dead and left before suspect before alive.
 */
export function merge(m: Membership, update: Update, out: Effect[]): void {
  if (update.node === m.self.name) mergeOwn(m, update);
  else if (update.status === 'alive') mergeAlive(m, update, out);
  else if (update.status === 'suspect') mergeSuspect(m, update, out);
  else mergeGone(m, update, out);
}

/**
 * Takes in another's whole state. Its dead become suspects here: they are given the chance to refute, for the other may
 * have been cut off from them.
 */
export function mergeState(m: Membership, from: string, members: readonly MemberEntry[], out: Effect[]): void {
  for (const { status, node, incarnation, address, meta, protocol } of members) {
    const known = m.nodes.get(node);
    if (status === 'left' && !known) continue;
    if (status !== 'left') merge(m, { status: 'alive', node, incarnation, address, meta, protocol }, out);
    if (status === 'left') merge(m, { status, node, incarnation }, out);
    else if (status !== 'alive') merge(m, { status: 'suspect', node, incarnation, by: from }, out);
  }
}

/** All that this node knows. */
export function wholeState(m: Membership): MemberEntry[] {
  return [...m.nodes.values()].map(({ name, status, incarnation, address, meta, protocol }) => ({
    node: name,
    status,
    incarnation,
    address,
    meta,
    protocol,
  }));
}

/** What is said of oneself and is wrong is outdone: only the node itself raises its incarnation. */
function mergeOwn(m: Membership, update: Update): void {
  const { self } = m;
  if (m.leaving || update.incarnation < self.incarnation) return;
  if (update.status === 'alive') {
    const same = update.address === self.address && JSON.stringify(update.meta) === JSON.stringify(self.meta);
    if (update.incarnation === self.incarnation && same) return;
  } else if (update.status !== 'left') doubt(m, 1);
  self.incarnation = update.incarnation + 1;
  broadcast(m, ownUpdate(m));
}

/** What is known better: of those who are accused with an incarnation that they have left behind, their newest word. */
export function corrections({ nodes }: Membership, said: readonly Update[]): AliveUpdate[] {
  return said.flatMap((u) => {
    const node = nodes.get(u.node);
    const outdone = u.status !== 'alive' && node?.status === 'alive' && u.incarnation < node.incarnation;
    return outdone ? [aliveUpdate(node)] : [];
  });
}

/** What a node says of itself. */
export function ownUpdate({ self }: Membership): AliveUpdate {
  return aliveUpdate(self);
}

function aliveUpdate({ name, incarnation, address, meta, protocol }: Node): AliveUpdate {
  return { status: 'alive', node: name, incarnation, address, meta, protocol };
}

function mergeAlive(m: Membership, update: AliveUpdate, out: Effect[]): void {
  if (update.protocol !== protocolVersion) return;
  const known = m.nodes.get(update.node);
  if (known && update.incarnation <= known.incarnation) return;
  const { node: name, incarnation, address, meta, protocol } = update;
  const node = known ?? enter(m, { name, address, meta, protocol, incarnation, status: 'left', since: m.now });
  const was = node.status;
  const differs = node.address !== address || JSON.stringify(node.meta) !== JSON.stringify(meta);
  Object.assign(node, { incarnation, address, meta, protocol });
  setStatus(m, node, 'alive');
  broadcast(m, update);
  if (was === 'dead' || was === 'left') out.push(told('joined', node));
  else if (was === 'suspect') out.push(told('refuted', node));
  if ((was === 'alive' || was === 'suspect') && differs) out.push(told('updated', node));
}

/** A node seen for the first time goes anywhere into the lap of probes, so that not all probe it at once. */
function enter(m: Membership, node: Node): Node {
  m.nodes.set(node.name, node);
  m.ring.splice(m.random.below(m.ring.length + 1), 0, node.name);
  return node;
}

function mergeSuspect(m: Membership, update: AccusedUpdate, out: Effect[]): void {
  const node = m.nodes.get(update.node);
  if (!node || update.incarnation < node.incarnation || !isLive(node)) return;
  const running = m.suspicions.get(node.name);
  if (running && update.incarnation === node.incarnation) {
    if (confirm(running, update.by)) broadcast(m, update);
    return;
  }
  node.incarnation = update.incarnation;
  setStatus(m, node, 'suspect');
  m.suspicions.set(node.name, suspicion(m.parameters, m.live, update.by, m.now));
  broadcast(m, update);
  out.push(told('suspected', node, update.by));
}

/** This node has reached the suspect itself. Others make up their own minds: nothing is passed on. */
export function acquit(m: Membership, name: string, out: Effect[]): void {
  const node = m.nodes.get(name);
  if (node?.status !== 'suspect') return;
  setStatus(m, node, 'alive');
  out.push(told('refuted', node));
}

function mergeGone(m: Membership, update: AccusedUpdate | LeftUpdate, out: Effect[]): void {
  const node = m.nodes.get(update.node);
  if (!node || update.incarnation < node.incarnation || node.status === 'left') return;
  const status: Status = update.status === 'left' ? 'left' : 'dead';
  if (node.status === status) return;
  const live = isLive(node);
  node.incarnation = update.incarnation;
  setStatus(m, node, status);
  broadcast(m, update);
  if (status === 'left') out.push(told('left', node));
  else if (live) out.push(told('failed', node, update.status === 'dead' ? update.by : undefined));
}

function setStatus(m: Membership, node: Node, status: Status): void {
  const before = isLive(node);
  if (node.status !== status) node.since = m.now;
  node.status = status;
  m.live += Number(isLive(node)) - Number(before);
  if (status !== 'suspect') m.suspicions.delete(node.name);
}

function told(event: MemberEvent['event'], { name, address, meta, incarnation }: Node, by?: string): Effect {
  return { kind: 'event', event: { event, node: name, address, meta, incarnation, ...(by === undefined ? {} : { by }) } };
}
