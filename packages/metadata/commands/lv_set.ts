import { filterTool } from '#metadata/filter.js';
import { allocationFlag, minorFlag, minorOf, onOff, tagFlags } from '#metadata/flags.js';
import { setVolumes } from '#metadata/lv-edits.js';
import { setLowWater } from '#metadata/thin/low-water.js';

export const tool = filterTool({
  name: 'lv_set',
  summary: 'Changes tags, annotations, access, activation at boot, minor number and allocation policy of volumes.',
  positionals: [{ name: 'VOLUME', describe: 'names, ids or @tags', many: true }],
  options: {
    ...tagFlags,
    annotate: { type: 'list', value: 'KEY=VALUE', describe: 'text to keep with them; KEY= removes it; may be repeated' },
    'read-only': { ...onOff, describe: 'whether writing is refused' },
    autoactivate: { ...onOff, describe: 'whether it is activated at boot' },
    hydration: { ...onOff, describe: 'clones: whether they copy in the background' },
    'low-water': {
      type: 'string',
      value: 'SIZE|N%',
      describe: 'thin pools: what is left when the kernel raises an event, for dvm watch; 0: no event',
    },
    minor: { ...minorFlag, describe: 'minor number of its device when that next comes up; none: any that is free' },
    allocation: { ...allocationFlag, describe: "policy of later allocations; inherit: the group's" },
  },
  edit(draft, { positionals, options, note }) {
    const { autoactivate, allocation, hydration, 'read-only': readOnly, 'low-water': lowWater } = options;
    setVolumes(draft, positionals, {
      addTags: options['add-tag'],
      delTags: options['del-tag'],
      annotate: options.annotate,
      readOnly,
      autoactivate,
      hydration,
      minor: minorOf(options.minor),
      allocation,
    }).forEach(note);
    if (lowWater !== undefined) for (const volume of positionals) setLowWater(draft, volume, lowWater);
  },
});
