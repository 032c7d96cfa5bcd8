import { filterTool } from '#metadata/filter.js';
import { exportGroup } from '#metadata/vg-export.js';

export const tool = filterTool({
  name: 'vg_export',
  summary: 'Takes a group out of use, to go to another machine.',
  positionals: [],
  options: {},
  whileExported: true,
  edit: (draft, { note }) => exportGroup(draft).forEach(note),
});
