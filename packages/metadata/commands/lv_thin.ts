import { filterTool } from '#metadata/filter.js';
import { newVolumeFlags, newVolumeOf } from '#metadata/flags.js';
import { createThin } from '#metadata/thin/volume-create.js';

export const tool = filterTool({
  name: 'lv_thin',
  summary: 'Creates a thin volume: it takes chunks from its pool as it is written to.',
  positionals: [{ name: 'NAME', describe: 'name of the new volume' }],
  options: {
    pool: { type: 'string', value: 'POOL', describe: 'the thin pool: name or id' },
    'virtual-size': { type: 'string', alias: 'V', value: 'SIZE', describe: 'what the volume promises, such as 10G' },
    'external-origin': {
      type: 'string',
      value: 'VOLUME',
      describe: 'a read-only volume outside the pool that is read where nothing has been written yet',
    },
    ...newVolumeFlags,
  },
  edit(draft, { positionals: [name = ''], options, note }) {
    const { pool = '', 'virtual-size': virtualSize, 'external-origin': externalOrigin } = options;
    createThin(draft, { name, pool, virtualSize, externalOrigin, ...newVolumeOf(options) }).forEach(note);
  },
});
