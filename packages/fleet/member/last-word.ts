import { updatesFor } from './broadcasts.js';
import { call, others } from './calls.js';
import { acquit, merge } from './merge.js';
import type { Effect, Membership } from './state.js';
import { deadline, type Suspicion } from './suspicion.js';

/**
 * Before a suspect is declared dead it is tried once more, by this node and through others: a refutation may have been
 * lost on its way here, and in a large fleet some always are. Done just before the suspicion ends, so it costs no time;
 * and only by those who still wait then, so it costs few messages where the suspicion was wrong.
 */
export function advanceSuspicions(m: Membership, out: Effect[]): void {
  for (const [node, running] of m.suspicions) {
    if (m.now >= askAt(m, running)) running.word ??= ask(m, node, out);
    if (m.now >= verdictAt(running))
      merge(m, { status: 'dead', node, incarnation: m.nodes.get(node)?.incarnation ?? 0, by: m.self.name }, out);
  }
}

/** When something is due about a suspicion. */
export function suspicionWake(m: Membership, running: Suspicion): number {
  return running.word ? verdictAt(running) : askAt(m, running);
}

function askAt({ parameters }: Membership, running: Suspicion): number {
  return deadline(running) - parameters.probeTimeout;
}

function verdictAt(running: Suspicion): number {
  if (!running.word) return Number.POSITIVE_INFINITY;
  const answered = running.word.open.size === 0;
  return answered ? deadline(running) : Math.max(deadline(running), running.word.until);
}

function ask(m: Membership, name: string, out: Effect[]): Suspicion['word'] {
  const { probeTimeout, indirectProbes } = m.parameters;
  const open = new Set<number>();
  const suspect = m.nodes.get(name);
  if (suspect) {
    const ping = { kind: 'ping', node: name, updates: updatesFor(m, name) } as const;
    open.add(call(m, { node: name, address: suspect.address }, ping, probeTimeout, out));
    for (const { name: node, address } of others(m, indirectProbes, (n) => n.status === 'alive'))
      open.add(call(m, { node, address }, { kind: 'probe', node: name, updates: updatesFor(m, node) }, probeTimeout, out));
  }
  return { until: m.now + probeTimeout, open };
}

/** The end of a call; true when it was part of a last word. The suspect that was reached is one no longer, for this node. */
export function lastWordEnded(m: Membership, id: number, reached: boolean, out: Effect[]): boolean {
  for (const [name, { word }] of m.suspicions) {
    if (!word?.open.delete(id)) continue;
    if (reached) acquit(m, name, out);
    return true;
  }
  return false;
}
