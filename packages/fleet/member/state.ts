import { Random } from '#tool/random.js';
import type { Broadcasts } from './broadcasts.js';
import type { Parameters } from './parameters.js';
import type { Suspicion } from './suspicion.js';
import { type Answer, type Meta, protocolVersion, type Request, type Update } from './wire.js';

export type Status = 'alive' | 'suspect' | 'dead' | 'left';

/** What this node knows of one node. Only that node itself raises its incarnation, to refute what is said of it. */
export interface Node {
  readonly name: string;
  address: string;
  meta: Meta;
  protocol: number;
  incarnation: number;
  status: Status;
  /** When (ms) the status became this. */
  since: number;
}

/** The one probe under way. */
export interface Probe {
  readonly node: string;
  readonly call: number;
  /** When others are asked, and when the verdict falls. */
  askAt: number;
  readonly endsAt: number;
  /** The node itself can no longer answer: the connection was refused, or broke. */
  refused: boolean;
  /** How many others were asked, once they were; the calls to them that are still open; how many got nothing either. */
  asked: number | undefined;
  readonly open: Set<number>;
  nacks: number;
}

/** A probe made for another node, which waits on the request `request`. */
export interface Relay {
  readonly request: number;
  readonly from: string;
  /** What the answer corrects. */
  readonly better: readonly Update[];
  readonly nackAt: number;
}

/** To whom: a node by name, or, when it is not known yet, whoever answers at an address. */
export interface Destination {
  node?: string;
  address: string;
}

/** What happened, with the time (ms, never going back). */
export type Input =
  | { kind: 'tick' }
  /** `from` is the node that the certificate names. */
  | { kind: 'request'; request: number; from: string; message: Request }
  | { kind: 'answer'; call: number; from: string; message: Answer }
  /** The call got no answer and will not: refused, broken off, or out of time. */
  | { kind: 'failed'; call: number }
  | { kind: 'join'; addresses: readonly string[] }
  | { kind: 'meta'; meta: Meta }
  | { kind: 'leave' };

/** What a user of the machine is told. */
export interface MemberEvent {
  event: 'joined' | 'updated' | 'suspected' | 'refuted' | 'failed' | 'left';
  node: string;
  address: string;
  meta: Meta;
  incarnation: number;
  /** Who said so first, of suspicions and failures. */
  by?: string;
}

/** What is to be done. */
export type Effect =
  | { kind: 'call'; call: number; to: Destination; message: Request; timeout: number }
  | { kind: 'answer'; request: number; message: Answer }
  | { kind: 'event'; event: MemberEvent }
  /** The fleet knows that this node leaves; it may stop. */
  | { kind: 'gone' };

/**
 * Everything one node knows. The machine owns it: `step` changes it in place, and nothing else does.
 *
 * Invariants: `live` counts the nodes that are alive or suspect, itself among them · a node has a suspicion exactly
 * while its status is suspect · `ring` holds every other node once.
 */
export interface Membership {
  readonly self: Node;
  readonly parameters: Parameters;
  readonly random: Random;
  now: number;
  readonly nodes: Map<string, Node>;
  readonly suspicions: Map<string, Suspicion>;
  live: number;
  /** Order of probes: shuffled, all once a lap. */
  ring: string[];
  ringAt: number;
  probe: Probe | undefined;
  readonly relays: Map<number, Relay>;
  readonly broadcasts: Broadcasts;
  calls: number;
  /** Doubt in oneself: 0 when all is well; grows when probes fail that should not (Lifeguard). */
  awareness: number;
  readonly seeds: Set<string>;
  /** When what is done next. */
  probeAt: number;
  gossipAt: number;
  syncAt: number;
  rejoinAt: number;
  leaving: { until: number } | undefined;
}

export interface Identity {
  name: string;
  address: string;
  meta: Meta;
}

/** A node that knows only itself, at time `now` (ms). `seed` decides all that is left to chance. */
export function newMembership(identity: Identity, parameters: Parameters, seed: number, now: number): Membership {
  const random = new Random(seed);
  const self: Node = { ...identity, protocol: protocolVersion, incarnation: 0, status: 'alive', since: now };
  const within = (period: number): number => now + random.next() * period;
  return {
    self,
    parameters,
    random,
    now,
    nodes: new Map([[self.name, self]]),
    suspicions: new Map(),
    live: 1,
    ring: [],
    ringAt: 0,
    probe: undefined,
    relays: new Map(),
    broadcasts: new Map(),
    calls: 0,
    awareness: 0,
    seeds: new Set(),
    // not all at once where many nodes start together
    probeAt: within(parameters.probeInterval),
    gossipAt: within(parameters.gossipInterval),
    syncAt: within(parameters.syncInterval),
    rejoinAt: within(parameters.rejoinInterval),
    leaving: undefined,
  };
}

export const isLive = ({ status }: Node): boolean => status === 'alive' || status === 'suspect';

/** Doubts oneself more (or, with a negative number, less). */
export function doubt(m: Membership, by: number): void {
  m.awareness = Math.min(m.parameters.awarenessLimit - 1, Math.max(0, m.awareness + by));
}
