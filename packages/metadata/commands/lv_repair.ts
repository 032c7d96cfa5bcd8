import { filterTool } from '#metadata/filter.js';
import { partIdsFlag, pvList } from '#metadata/flags.js';
import { repairVolume } from '#metadata/raid/repair.js';

export const tool = filterTool({
  name: 'lv_repair',
  summary: 'Replaces images of a raid volume that are missing or failed by new ones.',
  positionals: [{ name: 'VOLUME', describe: 'name or id' }, pvList],
  options: {
    replace: { type: 'list', value: 'PV', describe: 'also the images on this PV, although it is there; may be repeated' },
  },
  edit(draft, { positionals: [volume = '', ...pvs], options, note }) {
    repairVolume(draft, { volume, pvs, replace: options.replace, partIds: partIdsFlag(undefined) }).forEach(note);
  },
});
