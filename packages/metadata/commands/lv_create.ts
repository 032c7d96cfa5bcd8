import { filterTool } from '#metadata/filter.js';
import { allocationFlag, idFlag, partIdsFlag, pvList, raidFlags, recoveryFlags, sizeFlags, timeFlag } from '#metadata/flags.js';
import { createVolume, type VolumeType } from '#metadata/lv-create.js';
import { parseSize } from '#tool/units.js';

export const tool = filterTool({
  name: 'lv_create',
  summary: 'Creates a volume: linear, striped or raid.',
  positionals: [{ name: 'NAME', describe: 'name of the new volume' }, pvList],
  options: {
    ...sizeFlags,
    ...raidFlags,
    stripes: {
      type: 'integer',
      alias: 'i',
      value: 'N',
      describe: 'number of PVs to stripe over, parity and copies not counted (default 1; raid 2, raid6 3)',
    },
    'stripe-size': {
      type: 'string',
      alias: 'I',
      value: 'SIZE',
      describe: 'chunk of a stripe, a power of two from 4K (default 64K)',
    },
    ...recoveryFlags,
    allocation: { ...allocationFlag, describe: "policy of this volume, now and later (default: the group's)" },
    tag: { type: 'list', value: 'TAG', describe: 'tag of the volume; may be repeated' },
    'read-only': { type: 'boolean', describe: 'make the volume read-only' },
    autoactivate: { type: 'boolean', default: true, describe: 'activate at boot; --no-autoactivate keeps it down' },
    id: { type: 'string', value: 'ID', describe: 'id of the volume, for scripts that must repeat (default: a new random one)' },
    time: { type: 'string', value: 'TIME', describe: 'time of creation, RFC 3339 (default: now)' },
  },
  edit(draft, { positionals, options, note }) {
    const [name = '', ...pvs] = positionals;
    const { id, time, tag, autoactivate, 'read-only': readOnly, 'stripe-size': chunk, 'region-size': region, ...rest } = options;
    const sizes = {
      stripeSize: chunk === undefined ? undefined : parseSize(chunk, 'stripe size'),
      regionSize: region === undefined ? undefined : parseSize(region, 'region size'),
      minRecoveryRate: options['min-recovery-rate'],
      maxRecoveryRate: options['max-recovery-rate'],
    };
    const fixed = { id: idFlag(id), partIds: partIdsFlag(id), created: timeFlag(time), tags: tag, readOnly, autoactivate };
    createVolume(draft, { ...rest, name, pvs, ...fixed, ...sizes, type: options.type as VolumeType | undefined }).forEach(note);
  },
});
