import { filterTool } from '#metadata/filter.js';
import { resizePvs } from '#metadata/pv-edits.js';

export const tool = filterTool({
  name: 'pv_resize',
  summary: "Fits PVs to their devices' present size and metadata regions.",
  positionals: [{ name: 'PV', describe: 'PV ids, device paths or @tags', many: true }],
  options: {},
  edit: (draft, { positionals }) => resizePvs(draft, positionals),
});
