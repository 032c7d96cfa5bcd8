import { filterTool } from '#metadata/filter.js';
import { allocationFlag, pvList, sizeFlags } from '#metadata/flags.js';
import { extendVolume } from '#metadata/lv-extend.js';

export const tool = filterTool({
  name: 'lv_extend',
  summary: 'Makes a volume larger.',
  positionals: [{ name: 'VOLUME', describe: 'name or id' }, pvList],
  options: {
    size: { ...sizeFlags.size, value: '[+]SIZE', describe: 'new size, or with + what is added; rounded up to whole extents' },
    extents: {
      ...sizeFlags.extents,
      value: '[+]N|N%OF',
      describe: 'the same in extents, or in percent of all extents (%VG), of the volume (%LV); %FREE and %PVS are always added',
    },
    stripes: { type: 'integer', alias: 'i', value: 'N', describe: 'number of PVs to stripe over (default: as the last segment)' },
    'metadata-size': {
      type: 'string',
      value: '[+]SIZE',
      describe: "thin pools: the metadata's new size, or with + what is added",
    },
    allocation: { ...allocationFlag, describe: "policy of this allocation (default: the volume's, else the group's)" },
  },
  edit(draft, { positionals, options, note }) {
    const [volume = '', ...pvs] = positionals;
    extendVolume(draft, { volume, pvs, ...options, metadataSize: options['metadata-size'] }).forEach(note);
  },
});
