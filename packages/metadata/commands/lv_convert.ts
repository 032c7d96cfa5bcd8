import { filterTool } from '#metadata/filter.js';
import { partIdsFlag, pvList, raidFlags, stripeFlags } from '#metadata/flags.js';
import type { VolumeType } from '#metadata/lv-create.js';
import { convertVolume } from '#metadata/raid/convert.js';
import { splitVolume } from '#metadata/raid/split.js';
import { parseSize } from '#tool/units.js';

export const tool = filterTool({
  name: 'lv_convert',
  summary: 'Makes a volume redundant, more so, less so, or not at all, or lays it out anew, while it is in use.',
  positionals: [
    { name: 'VOLUME', describe: 'name or id' },
    { ...pvList, describe: 'where new images go, in this order; with fewer mirrors or --split: whose images go' },
  ],
  options: {
    ...raidFlags,
    type: { ...raidFlags.type, describe: 'what it is to become' },
    mirrors: { ...raidFlags.mirrors, describe: 'raid1: copies besides the first it is to have' },
    stripes: { ...stripeFlags.stripes, describe: 'images that are to hold data (default: as many as do)' },
    'stripe-size': { ...stripeFlags['stripe-size'], describe: 'chunk of a stripe that it is to have (default: as it has)' },
    force: { type: 'boolean', describe: 'with fewer stripes: the volume may become smaller, and lose what lies behind' },
    split: { type: 'string', value: 'NAME', describe: 'make one image of a raid1 a volume of its own' },
  },
  edit(draft, { positionals: [volume = '', ...pvs], options, note }) {
    const { type, split, 'region-size': region, 'stripe-size': chunk, ...rest } = options;
    if (split !== undefined) return splitVolume(draft, { volume, name: split, pvs }).forEach(note);
    convertVolume(draft, {
      ...{ ...rest, volume, pvs, type: type as VolumeType | undefined, partIds: partIdsFlag(undefined) },
      stripeSize: chunk === undefined ? undefined : parseSize(chunk, 'stripe size'),
      regionSize: region === undefined ? undefined : parseSize(region, 'region size'),
    }).forEach(note);
  },
});
