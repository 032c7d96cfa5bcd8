import { heldAgainst, updatesFor } from './broadcasts.js';
import { call, others } from './calls.js';
import { merge } from './merge.js';
import { doubt, type Effect, isLive, type Membership, type Node, type Probe } from './state.js';

/**
 * Failure detection: one node an interval is pinged. No answer in time, or a refused connection: some others are asked
 * to ping it. Nobody got through by the end of the interval: it is suspected.
 *
 *     pinged ─ack─▶ well                         ┌ack, late too──▶ well
 *        └ no answer in probeTimeout, refused ─▶ asked ─ interval over, or nobody left to answer ─▶ suspected
 */
export function startProbe(m: Membership, out: Effect[]): void {
  const { probeInterval, probeTimeout } = m.parameters;
  const interval = probeInterval * (m.awareness + 1);
  m.probeAt = m.now + interval;
  const target = nextTarget(m);
  if (!target) return;
  const { name: node, address } = target;
  m.probe = {
    node,
    call: call(m, { node, address }, { kind: 'ping', node, updates: updatesFor(m, node) }, interval, out),
    askAt: m.now + probeTimeout,
    endsAt: m.now + interval,
    refused: false,
    asked: undefined,
    open: new Set(),
    nacks: 0,
  };
}

/** Each node once a lap, in an order that changes with each lap: nobody waits longer than two laps. */
function nextTarget(m: Membership): Node | undefined {
  for (let tried = 0; tried <= m.ring.length; tried++) {
    if (m.ringAt >= m.ring.length) {
      m.ring = m.random.shuffle(m.ring);
      m.ringAt = 0;
    }
    const node = m.nodes.get(m.ring[m.ringAt++] ?? '');
    if (node && isLive(node)) return node;
  }
  return undefined;
}

/** Time passes: asks others, or gives the verdict. */
export function advanceProbe(m: Membership, out: Effect[]): void {
  const { probe } = m;
  if (!probe) return;
  if (probe.asked === undefined && (probe.refused || m.now >= probe.askAt)) askOthers(m, probe, out);
  if (m.now >= probe.endsAt || (probe.refused && probe.open.size === 0)) accuse(m, probe, out);
}

function askOthers(m: Membership, probe: Probe, out: Effect[]): void {
  const left = Math.max(1, probe.endsAt - m.now);
  for (const { name: node, address } of others(
    m,
    m.parameters.indirectProbes,
    (n) => n.status === 'alive' && n.name !== probe.node,
  ))
    probe.open.add(
      call(
        m,
        { node, address },
        { kind: 'probe', node: probe.node, updates: [...heldAgainst(m, probe.node), ...updatesFor(m, node)] },
        left,
        out,
      ),
    );
  probe.asked = probe.open.size;
}

/** Helpers that do not even say that they got nothing are a reason to doubt oneself; without helpers any failure is. */
function accuse(m: Membership, probe: Probe, out: Effect[]): void {
  m.probe = undefined;
  doubt(m, probe.asked ? probe.asked - probe.nacks : 1);
  const node = m.nodes.get(probe.node);
  if (node && isLive(node)) merge(m, { status: 'suspect', node: node.name, incarnation: node.incarnation, by: m.self.name }, out);
}

/** An answer to a call of the probe under way; false when the call is none of its. */
export function probeAnswered(m: Membership, id: number, reached: boolean): boolean {
  const { probe } = m;
  if (!probe || (id !== probe.call && !probe.open.has(id))) return false;
  if (reached) {
    m.probe = undefined;
    doubt(m, -1);
  } else {
    probe.nacks++;
    probe.open.delete(id);
  }
  return true;
}

export function probeFailed({ probe }: Membership, id: number): boolean {
  if (!probe) return false;
  if (id === probe.call) probe.refused = true;
  return id === probe.call || probe.open.delete(id);
}
