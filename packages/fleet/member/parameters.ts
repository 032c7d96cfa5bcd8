/**
 * How a node looks after the others. Times are milliseconds. The defaults are those of memberlist's "LAN" profile,
 * so that the two can be compared; what the names mean is in the papers on SWIM (Das, Gupta, Motivala 2002) and
 * Lifeguard (Dadgar, Phillips, Currey 2018).
 */
export interface Parameters {
  /** One node is probed each interval; the interval grows with the node's doubt in itself. */
  probeInterval: number;
  /** How long a probed node may take before others are asked to probe it. */
  probeTimeout: number;
  /** How long a node that probes for another waits before it says that it got nothing. Early enough to arrive in time. */
  nackAfter: number;
  indirectProbes: number;
  suspicionMultiplier: number;
  /** The longest suspicion is so many times the shortest. */
  suspicionMaxMultiplier: number;
  gossipInterval: number;
  gossipNodes: number;
  /** Dead nodes are still told what happens for so long: they may learn that they are thought dead. */
  gossipToDead: number;
  retransmitMultiplier: number;
  /** Whole states are exchanged with one live node each interval; stretched in fleets above 32 nodes. */
  syncInterval: number;
  /** … and with one dead node or absent seed: how halves of a fleet find each other after a partition. */
  rejoinInterval: number;
  /** Doubt in oneself is below this. */
  awarenessLimit: number;
  updatesPerMessage: number;
  /** How long a node that leaves goes on telling so. */
  leaveTimeout: number;
  /** A node that left is forgotten after so long; a dead one is kept, for it may come back. */
  forgetLeft: number;
}

export const lanParameters: Parameters = {
  probeInterval: 1000,
  probeTimeout: 500,
  nackAfter: 400,
  indirectProbes: 3,
  suspicionMultiplier: 4,
  suspicionMaxMultiplier: 6,
  gossipInterval: 200,
  gossipNodes: 3,
  gossipToDead: 30_000,
  retransmitMultiplier: 4,
  syncInterval: 30_000,
  rejoinInterval: 10_000,
  awarenessLimit: 8,
  updatesPerMessage: 64,
  leaveTimeout: 5_000,
  forgetLeft: 86_400_000,
};

/** How often one update is passed on at most, in a fleet of `nodes`. */
export function retransmitLimit({ retransmitMultiplier }: Parameters, nodes: number): number {
  return retransmitMultiplier * Math.ceil(Math.log10(nodes + 1));
}

/** Time between exchanges of whole states: their size grows with the fleet, so they become rarer with it. */
export function syncPeriod({ syncInterval }: Parameters, nodes: number): number {
  const threshold = 32;
  return nodes <= threshold ? syncInterval : syncInterval * (Math.ceil(Math.log2(nodes) - Math.log2(threshold)) + 1);
}
