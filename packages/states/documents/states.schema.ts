import { piece, places } from './piece.schema.js';

/** state compile → state order. */
export const statesSchema = {
  $id: 'dvm:states',
  type: 'object',
  required: ['kind', 'version', 'facts', 'repositories', 'pieces'],
  additionalProperties: false,
  properties: {
    kind: { const: 'states' },
    version: { const: 1 },
    facts: { type: 'object' },
    repositories: places,
    /** In the order of the files. */
    pieces: { type: 'array', items: piece },
  },
} as const;
