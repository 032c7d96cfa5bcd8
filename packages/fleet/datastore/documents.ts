import type { FromSchema } from 'json-schema-to-ts';
import { newId } from '#documents/ids.js';
import validateIntent from '#gen/datastore-intent.js';
import validateNode from '#gen/datastore-node.js';
import validateOrder from '#gen/datastore-order.js';
import validateReport from '#gen/datastore-report.js';
import validateRules from '#gen/datastore-rules.js';
import validateStatus from '#gen/datastore-status.js';
import { documentType } from '#tool/document.js';
import type { intentSchema, nodeSchema, orderSchema, reportSchema, rulesSchema, statusSchema } from './datastore.schema.js';

export type Intent = FromSchema<typeof intentSchema>;
export type Rules = FromSchema<typeof rulesSchema>;
export type Report = FromSchema<typeof reportSchema>;
export type Order = FromSchema<typeof orderSchema>;
export type NodeState = FromSchema<typeof nodeSchema>;

export type StatusDocument = Omit<FromSchema<typeof statusSchema>, 'intent'> & { intent?: Intent };

export const intentType = documentType<Intent>('datastore-intent', 1, validateIntent);
export const rulesType = documentType<Rules>('datastore-rules', 1, validateRules);
export const reportType = documentType<Report>('datastore-report', 1, validateReport);
export const orderType = documentType<Order>('datastore-order', 1, validateOrder);
export const nodeType = documentType<NodeState>('datastore-node', 1, validateNode);

export const statusType = documentType<StatusDocument>('datastore-status', 1, validateStatus);

/** The node that a member runs on: what stands before its name's random part. A name is empty until the member has started. */
export function nodeOf(memberName: string): string {
  return memberName.slice(0, Math.max(0, memberName.lastIndexOf('_')));
}

/** A name that no member has had: its directory is its own. */
export function newMemberName(node: string): string {
  return `${node}_${newId().slice(0, 8)}`;
}

/** Keys in etcd. */
export const keys = {
  all: { prefix: '/dvm/datastore/' },
  rules: '/dvm/datastore/rules',
  intent: '/dvm/datastore/intent',
  /** Goes with the lease of the node that acts; its value is that node. */
  actor: '/dvm/datastore/actor',
  endpoints: '/dvm/datastore/endpoints',
  reports: '/dvm/datastore/nodes/',
  report: (node: string): string => `/dvm/datastore/nodes/${node}`,
} as const;
