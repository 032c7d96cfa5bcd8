import { checkMetadata } from '#metadata/check.js';
import { filterTool } from '#metadata/filter.js';

export const tool = filterTool({
  name: 'vg_check',
  summary: 'Checks that metadata is sound, and prints it unchanged if so.',
  positionals: [],
  options: {},
  whileExported: true,
  edit: checkMetadata,
});
