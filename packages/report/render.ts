import type { Format, Show, Unit } from './choices.js';
import { formatCsv } from './format-csv.js';
import { formatJson, formatNdjson } from './format-json.js';
import { formatTables } from './format-table.js';
import { formatTree, treeFields } from './format-tree.js';
import { planSections } from './sections.js';
import { fillSections, type Selection } from './select.js';
import type { VgView } from './views.js';

export interface ReportOptions extends Selection {
  show: Show | undefined;
  /** The values of `-o`. */
  fields: readonly string[];
  format: Format;
  unit: Unit;
  headings: boolean;
}

/**
 * The text of a report over groups (see `viewOf`).
 *
 * @throws DvmError `unknown-field`, `bad-fields`, `bad-filter`, `bad-sort`, `many-tables`, `size-too-large` (all exit 64)
 */
export function renderReport(groups: readonly VgView[], options: ReportOptions): string {
  const { format, unit, headings } = options;
  const tables = fillSections(groups, sectionsFor(options), options);
  if (format === 'json') return formatJson(tables, unit);
  if (format === 'ndjson') return formatNdjson(tables, unit);
  if (format === 'csv') return formatCsv(tables, unit, headings);
  if (format === 'tree') return formatTree(tables, unit);
  return formatTables(tables, { unit, headings });
}

/** A tree always has all the kinds. */
function sectionsFor({ format, show, fields }: ReportOptions) {
  if (format !== 'tree') return planSections(show, fields);
  const replaced = fields.some((f) => !f.startsWith('+'));
  return planSections('all', replaced ? fields : [...treeFields, ...fields]);
}
