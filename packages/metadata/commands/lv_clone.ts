import { createClone } from '#metadata/clone/create.js';
import { filterTool } from '#metadata/filter.js';
import { allocationFlag, newVolumeFlags, newVolumeOf, partIdsFlag, pvList } from '#metadata/flags.js';

export const tool = filterTool({
  name: 'lv_clone',
  summary: 'Makes a volume that has the content of a read-only source at once, and copies it in the background.',
  positionals: [
    { name: 'SOURCE', describe: 'a read-only volume (name or id), or the path of a block device' },
    { name: 'NAME', describe: 'name of the new volume' },
    pvList,
  ],
  options: {
    size: { type: 'string', alias: 'L', value: 'SIZE', describe: 'size of a source given by its path' },
    'region-size': { type: 'string', alias: 'R', value: 'SIZE', describe: 'what is copied at a time (default 64K)' },
    hydration: { type: 'boolean', default: true, describe: 'copy in the background; --no-hydration: only what is written to' },
    'hydration-threshold': { type: 'integer', value: 'N', describe: 'regions that are copied at once (default 1)' },
    'hydration-batch-size': { type: 'integer', value: 'N', describe: 'regions that one request copies (default 1)' },
    allocation: { ...allocationFlag, describe: "policy of the volume, now and later (default: the group's)" },
    ...newVolumeFlags,
  },
  edit(draft, { positionals: [source = '', name = '', ...pvs], options, note }) {
    const { size, hydration, allocation, 'region-size': regionSize } = options;
    const [threshold, batchSize] = [options['hydration-threshold'], options['hydration-batch-size']];
    const clone = { source, name, pvs, size, regionSize, hydration, threshold, batchSize, allocation };
    createClone(draft, { ...clone, ...newVolumeOf(options), partIds: partIdsFlag(options.id) }).forEach(note);
  },
});
