import { filterTool } from '#metadata/filter.js';
import { allocationFlag, idFlag, pvList, sizeFlags, timeFlag } from '#metadata/flags.js';
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
    tag: { type: 'list', value: 'TAG', describe: 'tag of the volume; may be repeated' },
    'read-only': { type: 'boolean', describe: 'make the volume read-only' },
    autoactivate: { type: 'boolean', default: true, describe: 'activate at boot; --no-autoactivate keeps it down' },
    id: { type: 'string', value: 'ID', describe: 'id of the volume, for scripts that must repeat (default: a new random one)' },
    time: { type: 'string', value: 'TIME', describe: 'time of creation, RFC 3339 (default: now)' },
  },
  edit(draft, { positionals, options, note }) {
    const [name = '', ...pvs] = positionals;
    const { id, time, tag, autoactivate, 'read-only': readOnly, 'stripe-size': chunk, ...rest } = options;
    const stripeSize = chunk === undefined ? undefined : parseSize(chunk, 'stripe size');
    const fixed = { id: idFlag(id), created: timeFlag(time), tags: tag, readOnly, autoactivate, stripeSize };
    createVolume(draft, { name, pvs, ...rest, ...fixed }).forEach(note);
  },
});
