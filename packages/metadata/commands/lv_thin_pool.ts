import { newId } from '#documents/ids.js';
import { filterTool } from '#metadata/filter.js';
import { allocationFlag, idFlag, pvList, sizeFlags, timeFlag } from '#metadata/flags.js';
import { setLowWater } from '#metadata/thin/low-water.js';
import { createPool } from '#metadata/thin/pool-create.js';
import { parseSize } from '#tool/units.js';

export const tool = filterTool({
  name: 'lv_thin_pool',
  summary: 'Creates a thin pool, with its metadata and the spare that repairs need.',
  positionals: [{ name: 'NAME', describe: 'name of the new pool' }, pvList],
  options: {
    ...sizeFlags,
    'metadata-size': { type: 'string', value: 'SIZE', describe: 'size of the metadata (default: 64 bytes a chunk, at least 2M)' },
    'chunk-size': {
      type: 'string',
      alias: 'c',
      value: 'SIZE',
      describe: 'what volumes get at a time, a multiple of 64K (default: 64K, more where the metadata would pass 128M)',
    },
    discards: {
      type: 'string',
      value: 'MODE',
      choices: ['passdown', 'no-passdown', 'ignore'],
      describe: 'discards free chunks and go on to the devices, only free chunks, or do nothing (default passdown)',
    },
    zero: { type: 'boolean', default: true, describe: 'zero chunks before they are handed out; --no-zero does not' },
    'error-if-full': { type: 'boolean', describe: 'writes fail at once when the pool is full, instead of waiting for space' },
    'low-water': {
      type: 'string',
      value: 'SIZE|N%',
      describe: 'what is left when the kernel raises an event, for dvm watch (default: none)',
    },
    stripes: { type: 'integer', alias: 'i', value: 'N', default: 1, describe: 'number of PVs to stripe the data over' },
    'stripe-size': {
      type: 'string',
      alias: 'I',
      value: 'SIZE',
      describe: 'chunk of a stripe, a power of two from 4K (default 64K)',
    },
    allocation: { ...allocationFlag, describe: "policy of the data, now and later (default: the group's)" },
    tag: { type: 'list', value: 'TAG', describe: 'tag of the pool; may be repeated' },
    autoactivate: { type: 'boolean', default: true, describe: 'activate at boot; --no-autoactivate keeps it down' },
    spare: { type: 'boolean', default: true, describe: 'keep extents for a repair of the metadata; --no-spare does not' },
    id: { type: 'string', value: 'ID', describe: 'id of the pool, for scripts that must repeat (default: a new random one)' },
    time: { type: 'string', value: 'TIME', describe: 'time of creation, RFC 3339 (default: now)' },
  },
  edit(draft, { positionals, options, note }) {
    const [name = '', ...pvs] = positionals;
    const { id, time, tag, 'stripe-size': stripe, 'metadata-size': metadataSize, 'chunk-size': chunkSize, ...rest } = options;
    const stripeSize = stripe === undefined ? undefined : parseSize(stripe, 'stripe size');
    const fixed = {
      id: idFlag(id),
      newId,
      created: timeFlag(time),
      tags: tag,
      errorIfFull: options['error-if-full'],
      stripeSize,
    };
    createPool(draft, { name, pvs, ...rest, metadataSize, chunkSize, ...fixed }).forEach(note);
    if (options['low-water'] !== undefined) setLowWater(draft, name, options['low-water']);
  },
});
