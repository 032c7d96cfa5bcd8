import { positive, txn } from './common.schema.js';

const change = {
  type: 'object',
  required: ['path', 'before', 'after'],
  additionalProperties: false,
  /** Keys from the top; the value before and after, null where there is none. */
  properties: { path: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 4 }, before: {}, after: {} },
} as const;

/** How the metadata of a group came from one version to another, transaction by transaction. */
export const changesSchema = {
  $id: 'dvm:changes',
  type: 'object',
  required: ['kind', 'version', 'steps'],
  additionalProperties: false,
  properties: {
    kind: { const: 'changes' },
    version: { const: 1 },
    /** Oldest first. */
    steps: {
      type: 'array',
      items: {
        type: 'object',
        required: ['seqno', 'txn', 'changes'],
        additionalProperties: false,
        properties: { seqno: positive, txn, changes: { type: 'array', items: change } },
      },
    },
  },
} as const;
