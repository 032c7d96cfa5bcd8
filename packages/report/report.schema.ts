import { kinds } from './choices.js';
import type { FieldType } from './field.js';
import { fieldsOf } from './fields.js';
import { unitWord } from './size.js';

const types: Readonly<Record<Exclude<FieldType, 'size'>, object>> = {
  string: { type: ['string', 'null'] },
  count: { type: ['integer', 'null'], minimum: 0 },
  boolean: { type: ['boolean', 'null'] },
  list: { type: 'array', items: { type: 'string' } },
};
const units = [...new Set(Object.values(unitWord))].join('|');

function rowSchema(kind: (typeof kinds)[number]) {
  const all = Object.values(fieldsOf).flat();
  const sizes = all.filter((f) => f.type === 'size').map((f) => f.name);
  return {
    type: 'object',
    $comment: `a row of ${kind}; which fields it has is the user's choice`,
    additionalProperties: false,
    properties: Object.fromEntries(all.flatMap((f) => (f.type === 'size' ? [] : [[f.name, types[f.type]]]))),
    patternProperties: { [`^(${sizes.join('|')})_(${units})$`]: { type: ['number', 'null'], minimum: 0 } },
  };
}

/** What `report --format json` prints; made from the tables of fields. */
export const reportSchema = {
  $id: 'dvm:report',
  type: 'object',
  required: ['kind', 'version'],
  additionalProperties: false,
  properties: {
    kind: { const: 'report' },
    version: { const: 1 },
    ...Object.fromEntries(kinds.map((kind) => [kind, { type: 'array', items: rowSchema(kind) }])),
  },
};
