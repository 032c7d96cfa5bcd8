import { heldAgainst, updatesFor } from './broadcasts.js';
import { call, others } from './calls.js';
import { acquit, merge } from './merge.js';
import type { Effect, Membership } from './state.js';
import { deadline, type Suspicion } from './suspicion.js';

/**
 * A suspect is tried again, each interval and once more, then through others too, just before it would be declared dead: a
 * refutation may have been lost on its way here, and in a large fleet some always are. It costs no time, and few messages:
 * those who heard the refutation do not suspect any more.
 */
export function advanceSuspicions(m: Membership, out: Effect[]): void {
  for (const [node, running] of m.suspicions) {
    if (m.now >= tryAt(m, running)) tryAgain(m, node, running, out);
    if (m.now >= verdictAt(m, running))
      merge(m, { status: 'dead', node, incarnation: m.nodes.get(node)?.incarnation ?? 0, by: m.self.name }, out);
  }
}

/** When something is due about a suspicion. */
export function suspicionWake(m: Membership, running: Suspicion): number {
  return Math.min(tryAt(m, running), verdictAt(m, running));
}

/** The last try leaves time for an answer before the suspicion ends. */
const lastTry = (m: Membership, running: Suspicion): number => deadline(running) - m.parameters.probeTimeout;

function tryAt(m: Membership, running: Suspicion): number {
  const last = lastTry(m, running);
  return running.triedAt >= last ? Number.POSITIVE_INFINITY : Math.min(last, running.triedAt + m.parameters.probeInterval);
}

/** Not before the last try had its time, also where the suspicion was shortened meanwhile. */
function verdictAt(m: Membership, running: Suspicion): number {
  if (running.triedAt < lastTry(m, running)) return Number.POSITIVE_INFINITY;
  const answered = running.open.size === 0;
  return answered ? deadline(running) : Math.max(deadline(running), running.triedAt + m.parameters.probeTimeout);
}

function tryAgain(m: Membership, name: string, running: Suspicion, out: Effect[]): void {
  const { probeTimeout, indirectProbes } = m.parameters;
  const last = m.now >= lastTry(m, running);
  running.triedAt = m.now;
  const suspect = m.nodes.get(name);
  if (!suspect) return;
  const ping = { kind: 'ping', node: name, updates: updatesFor(m, name) } as const;
  running.open.add(call(m, { node: name, address: suspect.address }, ping, probeTimeout, out));
  if (last)
    for (const { name: node, address } of others(m, indirectProbes, (n) => n.status === 'alive'))
      running.open.add(
        call(
          m,
          { node, address },
          { kind: 'probe', node: name, updates: [...heldAgainst(m, name), ...updatesFor(m, node)] },
          probeTimeout,
          out,
        ),
      );
}

/** The end of a call; true when it was one of those tries. The suspect that was reached is one no longer, for this node. */
export function retryEnded(m: Membership, id: number, reached: boolean, out: Effect[]): boolean {
  for (const [name, { open }] of m.suspicions) {
    if (!open.delete(id)) continue;
    if (reached) acquit(m, name, out);
    return true;
  }
  return false;
}
