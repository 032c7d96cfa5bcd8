import { columnsOf } from '#tool/printable.js';
import { nodeOf, type StatusDocument } from './documents.js';
import type { Gathered } from './gather.js';

/** What is known of the datastore on one node. */
export interface Known {
  self: string;
  holds: string | undefined;
  endpoints: readonly string[];
  /** The last that etcd told, if it answers now. */
  seen: Gathered | undefined;
  /** The id of the member that leads. */
  leader: string;
  dead: ReadonlyMap<string, number>;
}

/** The state of a datastore, and in words what an operator may do about it. */
export function statusOf({ self, holds, endpoints, seen, leader, dead }: Known): StatusDocument {
  const head = { kind: 'datastore-status', version: 1, node: self, ...(holds !== undefined && { holds }) } as const;
  if (!seen) return { ...head, state: 'no-answer', message: noAnswer, endpoints: [...endpoints], members: [], spares: [] };
  const { members: all, reports, rules, intent, actor } = seen;
  const members = all.map((m) => {
    const node = nodeOf(m.name);
    const role = m.learner ? ('learner' as const) : ('voter' as const);
    const up = !dead.has(node) && reports.get(node)?.holds === m.name;
    return { id: m.id, name: m.name, node, role, up, leader: m.id === leader, clientUrls: m.clientUrls };
  });
  const carrying = new Set(members.map((m) => m.node));
  const spares = [...reports.keys()].filter((node) => !carrying.has(node) && !dead.has(node) && !rules.excluded.includes(node));
  const rest = { wanted: rules.wanted, ...(actor && { actor: actor.value }), ...(intent && { intent }) };
  return { ...head, ...judged(members, rules.wanted, intent !== undefined), ...rest, endpoints: seen.endpoints, members, spares };
}

const noAnswer =
  'etcd does not answer: more than half of its members are away. Bring nodes back; if they are lost for good, see datastore restore';

function judged(
  members: StatusDocument['members'],
  wanted: number,
  changing: boolean,
): Pick<StatusDocument, 'state' | 'message'> {
  const voters = members.filter((m) => m.role === 'voter');
  const down = voters.filter((m) => !m.up).map((m) => m.node);
  if (changing) return { state: 'changing', message: 'a change of members is under way' };
  if (down.length > 0) return { state: 'degraded', message: `members are down: ${down.join(', ')}` };
  if (voters.length < wanted)
    return { state: 'degraded', message: `${voters.length} of ${wanted} members; no node is free for more` };
  return { state: 'whole', message: `${voters.length} members` };
}

/** One line a member, after a line about all. */
export function statusTable(status: StatusDocument): string {
  const rows = status.members.map((m) => [
    m.node || '(starting)',
    m.role + (m.leader ? ', leads' : ''),
    m.up ? 'up' : 'down',
    m.id,
    m.clientUrls.join(' '),
  ]);
  const spares = status.spares.map((node) => [node, 'spare', 'up', '', '']);
  const head = `${status.state}: ${status.message}${status.actor === undefined ? '' : `; "${status.actor}" acts`}\n`;
  return head + columnsOf(['NODE', 'ROLE', 'STATE', 'MEMBER', 'CLIENTS'], [...rows, ...spares]);
}
