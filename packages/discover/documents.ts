import type { FromSchema } from 'json-schema-to-ts';
import validateInventory from '#gen/inventory.js';
import validateLabel from '#gen/label.js';
import { documentType } from '#tool/document.js';
import type { inventorySchema, labelSchema } from './label.schema.js';

/** What `add` and `rm` print. */
export type LabelDocument = FromSchema<typeof labelSchema>;
/** What `list` prints. */
export type Inventory = FromSchema<typeof inventorySchema>;

export const labelType = documentType<LabelDocument>('label', 1, validateLabel);
export const inventoryType = documentType<Inventory>('inventory', 1, validateInventory);
