import { filterTool } from '#metadata/filter.js';
import { removePvs } from '#metadata/pv-edits.js';

export const tool = filterTool({
  name: 'pv_remove',
  summary: 'Removes PVs that no volume lies on.',
  positionals: [{ name: 'PV', describe: 'PV ids, device paths or @tags', many: true }],
  options: {},
  edit: (draft, { positionals }) => removePvs(draft, positionals),
});
