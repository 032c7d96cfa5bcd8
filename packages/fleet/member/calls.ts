import type { Destination, Effect, Membership, Node } from './state.js';
import type { Request } from './wire.js';

/** Sends a message; the call's number comes back with the answer, or with the failure, within `timeout` ms. */
export function call(m: Membership, to: Destination, message: Request, timeout: number, out: Effect[]): number {
  const id = ++m.calls;
  out.push({ kind: 'call', call: id, to, message, timeout });
  return id;
}

/** Up to `count` other nodes that pass, by chance. */
export function others(m: Membership, count: number, pass: (node: Node) => boolean): Node[] {
  const out = new Set<Node>();
  // a few draws do in the usual case, where most pass; a fleet where few do is small or ill, and is looked through
  const draws = Array.from({ length: 3 * count }, () => m.random.pick(m.ring));
  take(draws);
  if (out.size < count) take(m.random.shuffle(m.ring));
  return [...out];

  function take(names: readonly string[]): void {
    for (const name of names) {
      const node = m.nodes.get(name);
      if (out.size < count && node && pass(node)) out.add(node);
    }
  }
}
