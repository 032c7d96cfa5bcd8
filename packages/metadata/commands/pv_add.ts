import { filterTool } from '#metadata/filter.js';
import { addPvs } from '#metadata/pv-edits.js';

export const tool = filterTool({
  name: 'pv_add',
  summary: 'Adds PVs that the group has and its metadata lacks; those already there stay as they are.',
  positionals: [{ name: 'PV', describe: 'PV ids or device paths; default: all', optional: true, many: true }],
  options: {},
  edit(draft, { positionals, note }) {
    if (addPvs(draft, positionals).length === 0) note('every PV is already there');
  },
});
