import { filterTool } from '#metadata/filter.js';
import { allocationFlag, newVolumeFlags, newVolumeOf, pvList, sizeFlags } from '#metadata/flags.js';
import { createVolume } from '#metadata/lv-create.js';
import { parseSize } from '#tool/units.js';

export const tool = filterTool({
  name: 'lv_create',
  summary: 'Creates a linear or striped volume.',
  positionals: [{ name: 'NAME', describe: 'name of the new volume' }, pvList],
  options: {
    ...sizeFlags,
    stripes: { type: 'integer', alias: 'i', value: 'N', default: 1, describe: 'number of PVs to stripe over' },
    'stripe-size': {
      type: 'string',
      alias: 'I',
      value: 'SIZE',
      describe: 'chunk of a stripe, a power of two from 4K (default 64K)',
    },
    allocation: { ...allocationFlag, describe: "policy of this volume, now and later (default: the group's)" },
    ...newVolumeFlags,
  },
  edit(draft, { positionals, options, note }) {
    const [name = '', ...pvs] = positionals;
    const { 'stripe-size': chunk, ...rest } = options;
    const stripeSize = chunk === undefined ? undefined : parseSize(chunk, 'stripe size');
    createVolume(draft, { ...rest, ...newVolumeOf(options), name, pvs, stripeSize }).forEach(note);
  },
});
