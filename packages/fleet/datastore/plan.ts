import type { Member } from '#etcd/cluster.js';
import { type Intent, nodeOf, type Report, type Rules } from './documents.js';

/** All that a decision rests on. Times are milliseconds of a clock that never goes back. */
export interface View {
  now: number;
  /** The node that decides. */
  self: string;
  rules: Rules;
  intent: Intent | undefined;
  /** As the cluster has agreed on them: a linearizable read. */
  members: readonly Member[];
  /** What the nodes that run tell of themselves. */
  reports: ReadonlyMap<string, Report>;
  /** Nodes that this node's membership takes for dead or gone, and since when. */
  dead: ReadonlyMap<string, number>;
  /** Since when the intent stands as it is. */
  intentSince: number;
  /** A new member's name has never been used before. */
  newName(node: string): string;
}

/** One step; each is safe to be done twice, and names what it means by ids. */
export type Step =
  | { kind: 'intend'; intent: Intent }
  | { kind: 'remove'; id: string; node: string }
  | { kind: 'add'; peerUrl: string; intent: Intent }
  | { kind: 'promote'; id: string }
  | { kind: 'clear'; why: string }
  /** Nothing can be done about it now; operators are told. */
  | { kind: 'wait'; why: string }
  | { kind: 'idle' };

/** Milliseconds that a candidate has from its intent to its first sign of life, and to be in step with the leader. */
const patience = 30_000;

/**
 * The next step towards as many live voters as are wanted. At most one change of members is under way, and its intent is written
 * before its first step: whoever acts after a crash goes on from there.
 *
 * The order of a replacement, as etcd's own rules and its quorum ask for it: the victim is removed first, by id, and only while the
 * others are a quorum without it; then a learner is added under a new name, started with an empty directory, and promoted once it
 * is in step.
 */
export function nextStep(view: View): Step {
  return view.intent ? goOn(view, view.intent) : begin(view);
}

function goOn(view: View, intent: Intent): Step {
  const { victim, candidate } = intent;
  if (victim && view.members.some((m) => m.id === victim.id)) return removal(view, intent, victim);
  if (!candidate) return replaceCandidate(view, intent, undefined);
  const member = view.members.find((m) => m.peerUrls.includes(candidate.peerUrl));
  if (!member) return addition(view, intent, candidate);
  if (!member.learner) return { kind: 'clear', why: `"${candidate.node}" is a voter` };
  if (!intent.added || intent.added.id !== member.id) return intendAdded(view, intent, candidate, member);
  if (isLate(view, candidate.node)) return { kind: 'remove', id: member.id, node: candidate.node };
  // whose report does not say so yet would be taken for hollow as soon as it votes
  const told = view.reports.get(candidate.node)?.holds === candidate.name;
  return member.name === '' || !told
    ? { kind: 'wait', why: `"${candidate.node}" is to start its member` }
    : { kind: 'promote', id: member.id };
}

function removal(view: View, intent: Intent, victim: NonNullable<Intent['victim']>): Step {
  if (!isStillDue(view, intent.reason, victim)) return { kind: 'clear', why: `"${victim.node}" is back` };
  if (isQuorumWithout(view, victim.id)) return { kind: 'remove', ...victim };
  const why = `without "${victim.node}" there is no quorum`;
  // nothing has been done yet, and something else may be more pressing
  return { kind: view.now - view.intentSince > patience ? 'clear' : 'wait', why };
}

function isStillDue(view: View, reason: Intent['reason'], victim: NonNullable<Intent['victim']>): boolean {
  if (reason !== 'hollow') return reason === 'asked' || view.dead.has(victim.node);
  return view.members.some((m) => m.id === victim.id && isHollow(view, m));
}

function addition(view: View, intent: Intent, candidate: NonNullable<Intent['candidate']>): Step {
  if (intent.added || !isUp(view, candidate.node) || view.rules.excluded.includes(candidate.node))
    return replaceCandidate(view, intent, candidate.node); // it was a member, and has been given up
  return { kind: 'add', peerUrl: candidate.peerUrl, intent };
}

function replaceCandidate(view: View, { victim, reason, passedOver }: Intent, failed: string | undefined): Step {
  const tried = failed === undefined ? passedOver : [...passedOver, failed];
  const rest = { kind: 'datastore-intent', version: 1, reason, by: view.self, ...(victim && { victim }) } as const;
  const next = candidateFor(view, tried);
  return next
    ? { kind: 'intend', intent: { ...rest, candidate: next, passedOver: tried } }
    : { kind: 'clear', why: 'no node is left to take the place' };
}

/** The list that the member is to be started with is exactly the cluster's. */
function intendAdded({ members, self }: View, intent: Intent, candidate: NonNullable<Intent['candidate']>, { id }: Member): Step {
  const entries = members.flatMap((m) => m.peerUrls.map((peer) => `${m.id === id ? candidate.name : m.name}=${peer}`));
  return { kind: 'intend', intent: { ...intent, by: self, added: { id, cluster: entries.join(',') } } };
}

function begin(view: View): Step {
  const stray = view.members.find((m) => m.learner);
  if (stray) return { kind: 'remove', id: stray.id, node: nodeOf(stray.name) };
  return replacement(view) ?? growth(view) ?? { kind: 'idle' };
}

/** A voter whose node is dead, or has lost its data, or is to carry nothing any more. */
function replacement(view: View): Step | undefined {
  const voters = view.members.filter((m) => !m.learner);
  let waiting: Step | undefined; // what waits does not keep the next one waiting
  for (const [reason, isDue] of reasons) {
    const due = voters.find((m) => isDue(view, m));
    if (!due) continue;
    const victim = { node: nodeOf(due.name), id: due.id };
    // who has lost its data may take its own place, under a new name
    const candidate = candidateFor(view, reason === 'hollow' ? [] : [victim.node], due.id);
    if (!candidate && reason !== 'asked') {
      waiting ??= { kind: 'wait', why: `"${victim.node}" has ${reason}, and no node is free to take its place` };
      continue;
    }
    if (!isQuorumWithout(view, due.id)) {
      waiting ??= { kind: 'wait', why: `"${victim.node}" is to go, and without it there is no quorum` };
      continue;
    }
    const intent = { kind: 'datastore-intent', version: 1, reason, by: view.self, victim, passedOver: [] } as const;
    return { kind: 'intend', intent: { ...intent, passedOver: [], ...(candidate && { candidate }) } };
  }
  return waiting;
}

const reasons: readonly (readonly ['failed' | 'hollow' | 'asked', (view: View, voter: Member) => boolean])[] = [
  ['failed', (view, { name }) => isDead(view, nodeOf(name))],
  ['hollow', (view, voter) => isHollow(view, voter)],
  ['asked', ({ rules }, { name }) => rules.excluded.includes(nodeOf(name))],
];

/** Dead for this node for the time of grace, and for a voter that is not this node. */
function isDead(view: View, node: string): boolean {
  const since = view.dead.get(node);
  if (since === undefined || view.now - since < view.rules.graceMs) return false;
  return view.members.some((m) => {
    const other = nodeOf(m.name);
    return !m.learner && other !== view.self && other !== node && view.reports.get(other)?.dead.includes(node) === true;
  });
}

/** Its node runs, and says that it holds another member or none: its data is gone. */
function isHollow({ reports, dead }: View, { name }: Member): boolean {
  const report = reports.get(nodeOf(name));
  return report !== undefined && !dead.has(nodeOf(name)) && report.holds !== name;
}

function growth(view: View): Step | undefined {
  if (view.members.length >= view.rules.wanted) return undefined;
  const candidate = candidateFor(view, []);
  if (!candidate) return { kind: 'wait', why: `${view.members.length} of ${view.rules.wanted} members, and no node is free` };
  const intent = { kind: 'datastore-intent', version: 1, reason: 'too-few', by: view.self, passedOver: [] } as const;
  return { kind: 'intend', intent: { ...intent, passedOver: [], candidate } };
}

/** The first node by name that runs, carries no member, and may. */
function candidateFor(view: View, not: readonly string[], leaving?: string): Intent['candidate'] {
  const taken = view.members.filter((m) => m.id !== leaving).map((m) => nodeOf(m.name));
  const peers = new Set(view.members.filter((m) => m.id !== leaving).flatMap((m) => m.peerUrls));
  const free = [...view.reports.values()]
    .filter(
      ({ node, peerUrl }) =>
        isUp(view, node) && ![...taken, ...not, ...view.rules.excluded].includes(node) && !peers.has(peerUrl),
    )
    .sort((a, b) => (a.node < b.node ? -1 : 1));
  const [first] = free;
  return first && { node: first.node, name: view.newName(first.node), peerUrl: first.peerUrl };
}

function isUp({ reports, dead }: View, node: string): boolean {
  return reports.has(node) && !dead.has(node);
}

function isLate(view: View, node: string): boolean {
  return !isUp(view, node) || view.now - view.intentSince > patience;
}

/** The voters that are up are more than half of those that remain. */
function isQuorumWithout({ members, dead }: View, id: string): boolean {
  const rest = members.filter((m) => !m.learner && m.id !== id);
  return rest.filter((m) => !dead.has(nodeOf(m.name))).length > rest.length / 2;
}
