import { filterTool } from '#metadata/filter.js';
import { splitGroup } from '#metadata/vg-split.js';

export const tool = filterTool({
  name: 'vg_split',
  summary: 'Takes PVs out of a group with the volumes that lie on them.',
  positionals: [{ name: 'PV', describe: 'PV ids, device paths or @tags', many: true }],
  options: { keep: { type: 'boolean', describe: 'the other half: take all else out' } },
  edit: (draft, { positionals, options }) => splitGroup(draft, positionals, options.keep),
});
