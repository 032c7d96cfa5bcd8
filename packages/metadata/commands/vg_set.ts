import { filterTool } from '#metadata/filter.js';
import { onOff, tagFlags } from '#metadata/flags.js';
import { allocationPolicies } from '#metadata/metadata.schema.js';
import { setGroup } from '#metadata/vg-set.js';
import { parseSize } from '#tool/units.js';

export const tool = filterTool({
  name: 'vg_set',
  summary: "Changes a group's allocation policy, tags, extent size and activation at boot.",
  positionals: [],
  options: {
    allocation: {
      type: 'string',
      value: 'POLICY',
      choices: allocationPolicies,
      describe: 'policy of volumes that have none of their own',
    },
    'extent-size': {
      type: 'string',
      value: 'SIZE',
      describe: 'a power of two from 4K to 16G at which all volumes still begin and end',
    },
    autoactivate: { ...onOff, describe: 'whether its volumes are activated at boot; off: none, whatever they say themselves' },
    ...tagFlags,
  },
  edit(draft, { options }) {
    const size = options['extent-size'];
    setGroup(draft, {
      allocation: options.allocation,
      addTags: options['add-tag'],
      delTags: options['del-tag'],
      autoactivate: options.autoactivate,
      extentSize: size === undefined ? undefined : parseSize(size, 'extent size'),
    });
  },
});
