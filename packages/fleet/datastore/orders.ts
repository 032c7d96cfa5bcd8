import type { Etcd } from '#etcd/client.js';
import { get, replace, txn } from '#etcd/kv.js';
import { fail } from '#tool/errors.js';
import { canonical, parseJson } from '#tool/json.js';
import { type Intent, keys, newMemberName, nodeOf, type Order, type Rules, rulesType } from './documents.js';
import { defaultRules, type Gathered } from './gather.js';

/**
 * Writes into etcd what an operator asks for; whoever acts carries it out.
 *
 * @throws DvmError `no-member`, `no-node` (exit 80); `no-spare` (exit 82); `changing` (exit 75) another change is under way; as
 *   `Etcd.ask`
 */
export async function giveOrder(etcd: Etcd, order: Order, seen: Gathered, dead: ReadonlyMap<string, number>): Promise<void> {
  switch (order.order) {
    case 'failover':
      return failover(etcd, order.node, seen, dead);
    case 'demote':
      memberOn(order.node, seen);
      return changeRules(etcd, (rules) => ({ ...rules, excluded: [...new Set([...rules.excluded, order.node])].sort() }));
    case 'promote':
      return promoteNode(etcd, order.node, seen);
    case 'want':
      return changeRules(etcd, (rules) => ({ ...rules, wanted: order.count }));
  }
}

/** Replaces a member whether or not it lives. */
async function failover(etcd: Etcd, node: string, seen: Gathered, dead: ReadonlyMap<string, number>): Promise<void> {
  const victim = memberOn(node, seen);
  const carrying = new Set(seen.members.map((m) => nodeOf(m.name)));
  const free = [...seen.reports.keys()].some((n) => !carrying.has(n) && !dead.has(n) && !seen.rules.excluded.includes(n));
  if (!free)
    throw fail('noSpace', 'no-spare', `no node is free to take the place of "${node}"`, {
      hint: 'start datastore run on another node; or datastore demote, which does without',
    });
  const chosen = { victim: { node, id: victim.id }, passedOver: [node] };
  await intend(etcd, { kind: 'datastore-intent', version: 1, reason: 'asked', by: node, ...chosen });
}

/** Makes a node that reports, and carries nothing, a member more. */
async function promoteNode(etcd: Etcd, node: string, seen: Gathered): Promise<void> {
  const report = seen.reports.get(node);
  if (!report)
    throw fail('notFound', 'no-node', `node "${node}" does not report: datastore run does not run there, or does not reach etcd`);
  const excluded = (rules: Rules) => rules.excluded.filter((other) => other !== node);
  const isMember = seen.members.some((m) => nodeOf(m.name) === node);
  const wanted = isMember ? 0 : seen.members.length + 1;
  await changeRules(etcd, (rules) => ({ ...rules, excluded: excluded(rules), wanted: Math.max(rules.wanted, wanted) }));
  if (isMember) return;
  const candidate = { node, name: newMemberName(node), peerUrl: report.peerUrl };
  await intend(etcd, { kind: 'datastore-intent', version: 1, reason: 'asked', by: node, candidate, passedOver: [] });
}

async function intend(etcd: Etcd, intent: Intent): Promise<void> {
  const { succeeded } = await txn(etcd, [{ key: keys.intent, modified: 0 }], [{ put: keys.intent, value: canonical(intent) }]);
  if (!succeeded) throw fail('busy', 'changing', 'another change of members is under way', { hint: 'see datastore status' });
}

export async function changeRules(etcd: Etcd, change: (rules: Rules) => Rules): Promise<void> {
  for (;;) {
    const known = await get(etcd, keys.rules);
    const rules = known ? rulesType.parse(parseJson(known.value, keys.rules), keys.rules) : defaultRules;
    const value = canonical(change(rules));
    if ((await replace(etcd, keys.rules, known, value))?.value === value) return;
  }
}

function memberOn(node: string, { members }: Gathered) {
  const member = members.find((m) => nodeOf(m.name) === node);
  if (!member) throw fail('notFound', 'no-member', `node "${node}" carries no member of the datastore`);
  return member;
}
