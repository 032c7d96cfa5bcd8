import { filterTool } from '#metadata/filter.js';
import { partIdsFlag, pvList, raidFlags } from '#metadata/flags.js';
import type { VolumeType } from '#metadata/lv-create.js';
import { convertVolume } from '#metadata/raid/convert.js';
import { splitVolume } from '#metadata/raid/split.js';
import { parseSize } from '#tool/units.js';

export const tool = filterTool({
  name: 'lv_convert',
  summary: 'Makes a volume redundant, more so, less so, or not at all, while it is in use.',
  positionals: [
    { name: 'VOLUME', describe: 'name or id' },
    { ...pvList, describe: 'where new images go, in this order; with fewer mirrors or --split: whose images go' },
  ],
  options: {
    ...raidFlags,
    type: { ...raidFlags.type, describe: 'what it is to become' },
    mirrors: { ...raidFlags.mirrors, describe: 'raid1: copies besides the first it is to have' },
    split: { type: 'string', value: 'NAME', describe: 'make one image of a raid1 a volume of its own' },
  },
  edit(draft, { positionals: [volume = '', ...pvs], options, note }) {
    const { type, mirrors, split, 'region-size': region } = options;
    if (split !== undefined) return splitVolume(draft, { volume, name: split, pvs }).forEach(note);
    const regionSize = region === undefined ? undefined : parseSize(region, 'region size');
    const conversion = { type: type as VolumeType | undefined, mirrors, regionSize, partIds: partIdsFlag(undefined) };
    convertVolume(draft, { volume, pvs, ...conversion }).forEach(note);
  },
});
