import { filterTool } from '#metadata/filter.js';
import {
  allocationFlag,
  newVolumeFlags,
  newVolumeOf,
  partIdsFlag,
  pvList,
  raidFlags,
  recoveryFlags,
  sizeFlags,
  stripeFlags,
} from '#metadata/flags.js';
import { fixedTypes } from '#metadata/kinds/fixed.schema.js';
import { createVolume, type VolumeType } from '#metadata/lv-create.js';
import { parseSize } from '#tool/units.js';

export const tool = filterTool({
  name: 'lv_create',
  summary: 'Creates a volume: linear, striped, raid, or one that gives errors or zeros.',
  positionals: [{ name: 'NAME', describe: 'name of the new volume' }, pvList],
  options: {
    ...sizeFlags,
    ...raidFlags,
    type: { ...raidFlags.type, choices: [...raidFlags.type.choices, ...fixedTypes] },
    ...stripeFlags,
    ...recoveryFlags,
    allocation: { ...allocationFlag, describe: "policy of this volume, now and later (default: the group's)" },
    ...newVolumeFlags,
  },
  edit(draft, { positionals, options, note }) {
    const [name = '', ...pvs] = positionals;
    const { 'stripe-size': chunk, 'region-size': region, ...rest } = options;
    createVolume(draft, {
      ...rest,
      ...newVolumeOf(options),
      ...{ name, pvs, partIds: partIdsFlag(options.id), type: options.type as VolumeType | undefined },
      stripeSize: chunk === undefined ? undefined : parseSize(chunk, 'stripe size'),
      regionSize: region === undefined ? undefined : parseSize(region, 'region size'),
      minRecoveryRate: options['min-recovery-rate'],
      maxRecoveryRate: options['max-recovery-rate'],
    }).forEach(note);
  },
});
