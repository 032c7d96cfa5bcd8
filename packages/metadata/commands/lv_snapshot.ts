import { filterTool } from '#metadata/filter.js';
import { idFlag, newVolumeFlags, newVolumeOf, pvList, sizeFlags } from '#metadata/flags.js';
import { createSnapshot } from '#metadata/snapshot.js';

export const tool = filterTool({
  name: 'lv_snapshot',
  summary: 'Makes a snapshot of a volume.',
  positionals: [
    { name: 'ORIGIN', describe: 'name or id of the volume' },
    { name: 'NAME', describe: 'name of the snapshot' },
    pvList,
  ],
  options: {
    ...newVolumeFlags,
    ...sizeFlags,
    'chunk-size': { type: 'string', alias: 'c', value: 'SIZE', describe: 'what is copied at a time (default 4K)' },
    'cow-id': { type: 'string', value: 'ID', describe: 'id of the hidden volume, for scripts that must repeat' },
  },
  edit(draft, { positionals: [origin = '', name = '', ...pvs], options, note }) {
    const { size, extents, 'chunk-size': chunkSize, 'cow-id': cowId } = options;
    const thick = { size, extents, chunkSize, cowId: cowId === undefined ? undefined : idFlag(cowId), pvs };
    createSnapshot(draft, { origin, name, ...thick, ...newVolumeOf(options) }).forEach(note);
  },
});
