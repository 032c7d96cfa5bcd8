import { filterTool } from '#metadata/filter.js';
import { newVolumeFlags, newVolumeOf } from '#metadata/flags.js';
import { createSnapshot } from '#metadata/snapshot.js';

export const tool = filterTool({
  name: 'lv_snapshot',
  summary: 'Makes a snapshot of a volume.',
  positionals: [
    { name: 'ORIGIN', describe: 'name or id of the volume' },
    { name: 'NAME', describe: 'name of the snapshot' },
  ],
  options: newVolumeFlags,
  edit(draft, { positionals: [origin = '', name = ''], options, note }) {
    createSnapshot(draft, { origin, name, ...newVolumeOf(options) }).forEach(note);
  },
});
