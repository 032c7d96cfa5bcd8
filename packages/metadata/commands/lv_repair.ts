import { filterTool } from '#metadata/filter.js';
import { partIdsFlag, pvList } from '#metadata/flags.js';
import { repairVolume } from '#metadata/repair.js';

export const tool = filterTool({
  name: 'lv_repair',
  summary: 'Replaces what is broken of a volume: images of raid, the metadata of a thin pool or a cache.',
  positionals: [{ name: 'VOLUME', describe: 'name or id' }, pvList],
  options: {
    replace: { type: 'list', value: 'PV', describe: 'raid: also the images on this PV, although it is there; may be repeated' },
    cache: { type: 'boolean', describe: 'the metadata of the cache, of a volume that has other things to repair too' },
  },
  edit(draft, { positionals: [volume = '', ...pvs], options, note }) {
    repairVolume(draft, { volume, pvs, ...options, partIds: partIdsFlag(undefined) }).forEach(note);
  },
});
