import { filterTool } from '#metadata/filter.js';
import { importGroup } from '#metadata/vg-export.js';

export const tool = filterTool({
  name: 'vg_import',
  summary: 'Takes an exported group into use again.',
  positionals: [],
  options: {},
  whileExported: true,
  edit: (draft, { note }) => importGroup(draft).forEach(note),
});
