import { filterTool } from '#metadata/filter.js';
import { removeGroup } from '#metadata/vg-remove.js';

export const tool = filterTool({
  name: 'vg_remove',
  summary: 'Agrees to a group being unmade, when it has no volumes; prints it unchanged.',
  positionals: [],
  options: {},
  edit: removeGroup,
});
