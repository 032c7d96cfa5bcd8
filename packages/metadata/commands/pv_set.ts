import { filterTool } from '#metadata/filter.js';
import { onOff, tagFlags } from '#metadata/flags.js';
import { setPvs } from '#metadata/pv-edits.js';

export const tool = filterTool({
  name: 'pv_set',
  summary: 'Changes whether PVs may be allocated from, and their tags.',
  positionals: [{ name: 'PV', describe: 'PV ids, device paths or @tags', many: true }],
  options: {
    allocatable: { ...onOff, describe: 'whether new extents may be taken from them' },
    ...tagFlags,
  },
  edit(draft, { positionals, options }) {
    const { allocatable } = options;
    setPvs(draft, positionals, { allocatable, addTags: options['add-tag'], delTags: options['del-tag'] });
  },
});
