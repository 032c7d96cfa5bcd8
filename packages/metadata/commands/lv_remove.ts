import { filterTool } from '#metadata/filter.js';
import { removeVolumes } from '#metadata/lv-edits.js';

export const tool = filterTool({
  name: 'lv_remove',
  summary: 'Removes volumes.',
  positionals: [{ name: 'VOLUME', describe: 'names, ids or @tags', many: true }],
  options: {},
  edit: (draft, { positionals }) => removeVolumes(draft, positionals),
});
