import { filterTool } from '#metadata/filter.js';
import { sizeFlags } from '#metadata/flags.js';
import { reduceVolume } from '#metadata/lv-edits.js';

export const tool = filterTool({
  name: 'lv_reduce',
  summary: 'Makes a volume smaller; a file system on it must have been shrunk first.',
  positionals: [{ name: 'VOLUME', describe: 'name or id' }],
  options: {
    size: {
      ...sizeFlags.size,
      value: '[-]SIZE',
      describe: 'new size, rounded up to extents, or with - what is taken off, rounded down',
    },
    extents: {
      ...sizeFlags.extents,
      value: '[-]N|N%OF',
      describe: 'the same in extents, or in percent of the volume (%LV) or of all extents (%VG)',
    },
  },
  edit(draft, { positionals, options, note }) {
    reduceVolume(draft, positionals[0] ?? '', options).forEach(note);
  },
});
