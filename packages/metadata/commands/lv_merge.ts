import { filterTool } from '#metadata/filter.js';
import { mergeSnapshot } from '#metadata/merge.js';

export const tool = filterTool({
  name: 'lv_merge',
  summary: 'Brings the origin of a snapshot back to what it was; the snapshot goes.',
  positionals: [{ name: 'SNAPSHOT', describe: 'name or id' }],
  options: {},
  edit: (draft, { positionals: [snapshot = ''], note }) => mergeSnapshot(draft, snapshot).forEach(note),
});
