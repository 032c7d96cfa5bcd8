import { filterTool } from '#metadata/filter.js';
import { idFlag, partIdsFlag, pvList, raidFlags, stripeFlags, timeFlag } from '#metadata/flags.js';
import type { VolumeType } from '#metadata/lv-create.js';
import { convertVolume } from '#metadata/raid/convert.js';
import { splitVolume } from '#metadata/raid/split.js';
import { convertToThin } from '#metadata/thin/convert.js';
import { parseSize } from '#tool/units.js';

export const tool = filterTool({
  name: 'lv_convert',
  summary: 'Makes a volume redundant, more so, less so, or not at all, lays it out anew, or makes it thin, while it is in use.',
  positionals: [
    { name: 'VOLUME', describe: 'name or id' },
    { ...pvList, describe: 'where new images go, in this order; with fewer mirrors or --split: whose images go' },
  ],
  options: {
    ...raidFlags,
    type: { ...raidFlags.type, choices: [...raidFlags.type.choices, 'thin'], describe: 'what it is to become' },
    mirrors: { ...raidFlags.mirrors, describe: 'raid1: copies besides the first it is to have' },
    pool: { type: 'string', value: 'POOL', describe: 'thin: the pool that takes what is written from now on' },
    'origin-name': { type: 'string', value: 'NAME', describe: 'thin: what is there becomes a volume of this name' },
    id: { type: 'string', value: 'ID', describe: 'thin: id of that volume (default: a new random one)' },
    time: { type: 'string', value: 'TIME', describe: 'thin: its time of creation, RFC 3339 (default: now)' },
    stripes: { ...stripeFlags.stripes, describe: 'images that are to hold data (default: as many as do)' },
    'stripe-size': { ...stripeFlags['stripe-size'], describe: 'chunk of a stripe that it is to have (default: as it has)' },
    force: { type: 'boolean', describe: 'with fewer stripes: the volume may become smaller, and lose what lies behind' },
    split: { type: 'string', value: 'NAME', describe: 'make one image of a raid1 a volume of its own' },
  },
  edit(draft, { positionals: [volume = '', ...pvs], options, note }) {
    const { type, split, mirrors, stripes, force, 'region-size': region, 'stripe-size': chunk } = options;
    if (split !== undefined) return splitVolume(draft, { volume, name: split, pvs }).forEach(note);
    if (type === 'thin') {
      const { pool, 'origin-name': originName, id, time } = options;
      convertToThin(draft, { volume, pool, originName, id: idFlag(id), created: timeFlag(time) }).forEach(note);
      return;
    }
    convertVolume(draft, {
      ...{ mirrors, stripes, force, volume, pvs, type: type as VolumeType | undefined, partIds: partIdsFlag(undefined) },
      stripeSize: chunk === undefined ? undefined : parseSize(chunk, 'stripe size'),
      regionSize: region === undefined ? undefined : parseSize(region, 'region size'),
    }).forEach(note);
  },
});
