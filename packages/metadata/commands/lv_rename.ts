import { filterTool } from '#metadata/filter.js';
import { renameVolume } from '#metadata/lv-edits.js';

export const tool = filterTool({
  name: 'lv_rename',
  summary: 'Gives a volume another name.',
  positionals: [
    { name: 'VOLUME', describe: 'its name now, or its id' },
    { name: 'NAME', describe: 'its new name' },
  ],
  options: {},
  edit(draft, { positionals: [volume = '', name = ''], note }) {
    renameVolume(draft, volume, name).forEach(note);
  },
});
