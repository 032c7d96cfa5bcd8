import { newId } from '#documents/ids.js';
import { filterTool } from '#metadata/filter.js';
import { repairVolume } from '#metadata/repair.js';

export const tool = filterTool({
  name: 'lv_repair',
  summary: 'Replaces what is broken of a volume: the metadata of a thin pool.',
  positionals: [{ name: 'VOLUME', describe: 'name or id' }],
  options: {},
  edit: (draft, { positionals: [volume = ''], note }) => repairVolume(draft, volume, newId).forEach(note),
});
